import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../contract/notification.ts';
import { useFormat } from '../language/use-format.ts';
import { logSentence, type Reader } from './log-sentence.ts';

/** What a line says, in the reader's language. */
export function useLogSentence(): (line: LogLine) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const language = i18n.language === 'en' ? 'en' : 'pt';
  return useMemo(() => wordedOnce({ t, format, language }), [t, format, language]);
}

/** A search goes through thousands of lines whenever one comes. */
function wordedOnce(reader: Reader): (line: LogLine) => string {
  const worded = new WeakMap<LogLine, string>();
  return (line) => {
    const sentence = worded.get(line) ?? logSentence(reader, line);
    worded.set(line, sentence);
    return sentence;
  };
}
