import { expect, test } from 'vitest';
import { reportProgress } from '../../src/downloads/report-progress.ts';
import type { Pace } from '../../src/media/progress.ts';
import { at } from '../support/a-download.ts';

function aReport() {
  const written: { bytes_downloaded: number; speed: number | null; eta: number | null }[] = [];
  let seconds = 0;
  const write = async (bytes_downloaded: number, pace: Pace) => void written.push({ bytes_downloaded, ...pace });
  const report = reportProgress({ write, total: () => 1_000, now: () => at(seconds) }, 1);
  const pass = async (passed: number) => {
    seconds += passed;
    const before = written.length;
    await expect.poll(() => written.length, { interval: 2 }).toBeGreaterThan(before);
  };
  return { ...report, written, pass, set: (value: number) => (seconds = value) };
}

test('the speed is of this attempt alone: what earlier ones brought is where it begins', async () => {
  const { report, written, pass, stop } = aReport();
  report(600);
  await pass(0);
  report(700);
  await pass(1);
  await stop();
  expect(written[0]).toEqual({ bytes_downloaded: 600, speed: null, eta: null });
  expect(written[1]).toEqual({ bytes_downloaded: 700, speed: 100, eta: 3 });
});

test('after 20 seconds without a byte it is told once that it stands still, and again only after it has moved', async () => {
  const { report, written, pass, set, stop } = aReport();
  report(100);
  await pass(0);
  set(19);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(written).toHaveLength(1);
  await pass(2);
  expect(written.at(-1)).toEqual({ bytes_downloaded: 100, speed: 0, eta: null });
  set(90);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(written).toHaveLength(2);
  report(200);
  await pass(1);
  await pass(20);
  await stop();
  expect(written.at(-1)).toMatchObject({ bytes_downloaded: 200, speed: 0 });
});
