import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import IconPlayerPause from '@tabler/icons-react/icons/IconPlayerPause';
import IconPlayerPlay from '@tabler/icons-react/icons/IconPlayerPlay';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../contract/notification.ts';
import classes from './live-log.module.css';
import { LogLines } from './log-lines.tsx';
import { useLogSentence } from './use-log-sentence.ts';

/** What was done for a download or an import, line by line, as `useLogLines` hears it. What comes while it is paused waits. */
export function LiveLog({ lines, isTall = false }: { lines: readonly LogLine[]; isTall?: boolean }) {
  const { t } = useTranslation();
  const sentenceOf = useLogSentence();
  const [search, setSearch] = useState('');
  // The lines themselves: of those that are kept, the oldest may go meanwhile.
  const [paused, setPaused] = useState<readonly LogLine[] | null>(null);
  const lastShown = paused?.at(-1)?.seq ?? 0;
  const waiting = paused === null ? 0 : lines.filter(({ seq }) => seq > lastShown).length;
  const shown = paused ?? lines;
  const wanted = useDeferredValue(search).trim().toLowerCase();
  const found = useMemo(
    () => (wanted === '' ? shown : shown.filter((line) => sentenceOf(line).toLowerCase().includes(wanted))),
    [shown, wanted, sentenceOf],
  );
  const toggle = paused === null ? t('console.pause') : t('console.resume');

  return (
    <div className={classes.console}>
      <div className={classes.tools}>
        <TextInput
          className={classes.search}
          size="xs"
          type="search"
          aria-label={t('console.search')}
          placeholder={t('console.search')}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Tooltip label={toggle}>
          <ActionIcon variant="default" aria-label={toggle} onClick={() => setPaused(paused === null ? lines : null)}>
            {paused === null ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <LogLines
        lines={found}
        sentenceOf={sentenceOf}
        isTall={isTall}
        nothing={t(shown.length === 0 ? 'console.empty' : 'console.none_found')}
      />
      {paused !== null && <p className={classes.paused}>{t('console.paused', { count: waiting })}</p>}
    </div>
  );
}
