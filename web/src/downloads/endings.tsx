import { VisuallyHidden } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showWhenHidden } from '../notices/web-notification.ts';
import { usePage } from '../page/page-context.ts';

/** Endings that come together are read out together. */
const GATHER_MS = 700;

/** Tells of downloads that end: reads it out to who does not see the page, and notifies who looks at another tab. */
export function Endings() {
  const { t } = useTranslation();
  const { lastEnded } = usePage().downloads.store;
  const [words, setWords] = useState('');
  const gathered = useRef<string[]>([]);
  const tell = useEffectEvent(() => {
    const ended = lastEnded.get();
    if (ended === null || ended.status === 'cancelled') return;
    const sentence = `${ended.title}: ${t(`downloads.status.${ended.status}`)}`;
    showWhenHidden(sentence, { tag: ended.id, view: `/downloads/${ended.id}` });
    gathered.current.push(sentence);
    if (gathered.current.length > 1) return;
    setTimeout(() => {
      setWords(gathered.current.join('. '));
      gathered.current = [];
    }, GATHER_MS);
  });
  // Several may end at once, which a state would not tell apart.
  useEffect(() => lastEnded.subscribe(() => tell()), [lastEnded]);
  return <VisuallyHidden role="status">{words}</VisuallyHidden>;
}
