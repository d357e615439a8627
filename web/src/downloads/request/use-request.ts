import { notifications } from '@mantine/notifications';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DownloadView, Quality } from '../../../../contract/download.ts';
import { newKey } from '../../api/new-key.ts';
import { RequestFailed } from '../../api/request-failed.ts';
import { useReason } from '../../layout/failure.tsx';
import { usePage } from '../../page/page-context.ts';
import { requestBatch, requestDownload } from '../downloads-api.ts';

/** Asks for downloads. `accepted` is told what was taken, of which nothing is left to be mended. */
export function useRequest(accepted: (taken: ReadonlySet<string>) => void) {
  const { t } = useTranslation();
  const reason = useReason();
  const { store } = usePage().downloads;
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  // Pressed again after no answer came, it still asks for the same.
  const key = useRef({ asked: '', key: '' });

  async function send(urls: string[], quality: Quality): Promise<void> {
    const [only] = urls;
    if (only === undefined) return setError(t('request.empty'));
    const asked = JSON.stringify([urls, quality]);
    if (key.current.asked !== asked) key.current = { asked, key: newKey() };
    setSending(true);
    try {
      const { views, refused, why } = await ask(urls, only, quality, key.current.key);
      store.take(views, performance.now());
      accepted(new Set(urls.filter((url) => !refused.includes(url))));
      setError(why);
      key.current = { asked: '', key: '' };
      if (views.length > 0)
        notifications.show({ message: t('request.accepted', { count: views.length }), autoClose: 2500 });
    } catch (failure) {
      if (!(failure instanceof RequestFailed)) throw failure;
      setError(failure.problem?.errors?.[0]?.message ?? reason(failure));
    } finally {
      setSending(false);
    }
  }

  return { send, isSending, error, forget: () => setError(null) };
}

type Answer = { views: DownloadView[]; refused: string[]; why: string | null };

async function ask(urls: string[], only: string, quality: Quality, key: string): Promise<Answer> {
  if (urls.length === 1) return { views: [await requestDownload(only, quality, key)], refused: [], why: null };
  const results = await requestBatch(urls, quality, key);
  const refused = results.flatMap((result) => ('problem' in result ? [result] : []));
  const [first] = refused;
  return {
    views: results.flatMap((result) => ('download' in result ? [result.download] : [])),
    refused: refused.map(({ url }) => url),
    why: first?.problem.errors?.[0]?.message ?? first?.problem.title ?? null,
  };
}
