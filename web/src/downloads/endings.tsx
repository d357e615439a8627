import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObservable } from '../live/observable.ts';
import { showWhenHidden } from '../notices/web-notification.ts';
import { usePage } from '../page/page-context.ts';

/** Endings that come together are read out together. */
const GATHER_MS = 700;

/** Tells of downloads that end: reads it out to who does not see the page, and notifies who looks at another tab. */
export function Endings() {
  const { t } = useTranslation();
  const ended = useObservable(usePage().downloads.lastEnded);
  const [words, setWords] = useState('');
  const gathered = useRef<string[]>([]);
  useEffect(() => {
    if (ended === null || ended.status === 'cancelled') return;
    const sentence = `${ended.title}: ${t(`downloads.status.${ended.status}`)}`;
    showWhenHidden('FastTrack', sentence, ended.id);
    gathered.current.push(sentence);
    if (gathered.current.length > 1) return;
    setTimeout(() => {
      setWords(gathered.current.join('. '));
      gathered.current = [];
    }, GATHER_MS);
  }, [ended, t]);
  return <VisuallyHidden role="status">{words}</VisuallyHidden>;
}
