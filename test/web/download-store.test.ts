import { expect, test } from 'vitest';
import type { DownloadView } from '../../contract/download.ts';
import type { DownloadUpdate } from '../../contract/notification.ts';
import { downloadStore } from '../../web/src/downloads/download-store.ts';

const aView = (changes: Partial<DownloadView> = {}): DownloadView => ({
  id: 'd1',
  url: 'https://example.com/a.mp4',
  title: 'a.mp4',
  thumbnail: '/thumbnail.svg',
  status: 'downloading',
  progress: 10,
  quality: 'best',
  duration: null,
  phase: 'downloading',
  bytes_downloaded: 10,
  bytes_total: 100,
  speed: 1,
  eta: 90,
  error_code: null,
  error_message: null,
  file_path: null,
  file_size: null,
  format: null,
  shared: false,
  created_at: '2026-11-28T10:00:00.000Z',
  started_at: null,
  completed_at: null,
  expires_at: null,
  ...changes,
});

const anUpdate = (seq: number, data: Partial<DownloadUpdate['data']>): DownloadUpdate => ({
  type: 'download_update',
  download_id: 'd1',
  seq,
  data: { ...aView(), ...data },
  timestamp: '2026-11-28T10:00:01.000Z',
});

test('an answer that was asked for before something newer was heard changes nothing', () => {
  const store = downloadStore();
  store.take([aView()], 100);
  store.hear(anUpdate(5, { progress: 60 }), 200);
  store.take([aView({ progress: 20 })], 150);
  expect(store.get('d1')?.progress).toBe(60);
  store.take([aView({ progress: 70 })], 250);
  expect(store.get('d1')?.progress).toBe(70);
});

test('an update that comes late changes nothing', () => {
  const store = downloadStore();
  store.take([aView()], 100);
  store.hear(anUpdate(5, { progress: 60 }), 200);
  store.hear(anUpdate(4, { progress: 40 }), 300);
  expect(store.get('d1')?.progress).toBe(60);
});

test('what is over stays over, whatever a list that lags says, until it is tried again', () => {
  const store = downloadStore();
  store.take([aView({ status: 'failed' })], 100);
  store.take([aView({ status: 'downloading' })], 200);
  expect(store.get('d1')?.status).toBe('failed');
  store.take([aView({ status: 'pending' })], 300);
  expect(store.get('d1')?.status).toBe('pending');
});

test('what was deleted is not brought back by a list, but by whoever undoes it', () => {
  const store = downloadStore();
  store.take([aView()], 100);
  expect(store.hear(anUpdate(6, { status: 'cancelled', error_code: 'deleted' }), 200)).toBe(true);
  store.take([aView()], 300);
  expect(store.all()).toEqual([]);
  store.restore(aView());
  expect(store.all().map(({ id }) => id)).toEqual(['d1']);
});

test('a list is told that it may look different by a status, not by mere progress', () => {
  const store = downloadStore();
  store.take([aView()], 100);
  const before = store.version.get();
  store.hear(anUpdate(5, { progress: 60 }), 200);
  expect(store.version.get()).toBe(before);
  store.hear(anUpdate(6, { status: 'completed' }), 300);
  expect(store.version.get()).toBe(before + 1);
});

test('the newest comes first', () => {
  const store = downloadStore();
  store.take([aView(), aView({ id: 'd2', created_at: '2026-11-28T11:00:00.000Z' })], 100);
  expect(store.all().map(({ id }) => id)).toEqual(['d2', 'd1']);
});

test.each([
  ['heard', (store: Store) => store.hear(anUpdate(9, { status: 'completed' }), 300)],
  ['answered', (store: Store) => store.take([aView({ status: 'completed' })], 300)],
])('an end is told once, also of what is known only since it began, when it is first %s', (_, learn) => {
  const store = downloadStore();
  const told: unknown[] = [];
  store.lastEnded.subscribe(() => told.push(store.lastEnded.get()?.status));
  store.take([aView({ id: 'old', status: 'failed' })], 100);
  store.hear(anUpdate(1, { status: 'pending' }), 200);
  learn(store);
  store.take([aView({ status: 'completed' })], 400);
  store.hear(anUpdate(9, { status: 'completed' }), 500);
  expect(told).toEqual(['completed']);
});

type Store = ReturnType<typeof downloadStore>;
