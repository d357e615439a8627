import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import IconPlayerPause from '@tabler/icons-react/icons/IconPlayerPause';
import IconPlayerPlay from '@tabler/icons-react/icons/IconPlayerPlay';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import classes from './live-log.module.css';
import { useLogLines } from './use-log-lines.ts';

/** Within so many pixels of the end, what is new is scrolled to. */
const NEAR_END = 40;

/** What was done for a download or an import, line by line: its history first, then live. */
export function LiveLog({ id, isTall = false }: { id: string; isTall?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useState('');
  const { lines, isPaused, waiting, pause, resume } = useLogLines(id);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const wanted = search.trim().toLowerCase();
  const shown = lines.filter(({ message }) => message.toLowerCase().includes(wanted));

  useLayoutEffect(() => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown.length]);

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
        <Tooltip label={isPaused ? t('console.resume') : t('console.pause')}>
          <ActionIcon
            variant="default"
            aria-label={isPaused ? t('console.resume') : t('console.pause')}
            onClick={isPaused ? resume : pause}
          >
            {isPaused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <div
        ref={box}
        className={classes.lines}
        data-tall={isTall}
        role="log"
        aria-label={t('console.log')}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        }}
      >
        {shown.length === 0 && (
          <p className={classes.nothing}>{t(lines.length === 0 ? 'console.empty' : 'console.none_found')}</p>
        )}
        {shown.map(({ seq, at, level, message, line }) => (
          <p key={seq} className={classes.line} data-level={level}>
            <time dateTime={at}>{format.time(at)}</time>
            <span>
              {line !== undefined && <b>{t('console.line', { line })} </b>}
              {message}
            </span>
          </p>
        ))}
      </div>
      {isPaused && <p className={classes.paused}>{t('console.paused', { count: waiting })}</p>}
    </div>
  );
}
