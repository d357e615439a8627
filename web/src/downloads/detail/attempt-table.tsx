import { Table } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../../contract/notification.ts';
import { useLogSentence } from '../../console/use-log-sentence.ts';
import { useFormat } from '../../language/use-format.ts';
import { useIsLive } from '../../live/live-context.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import classes from './download-detail.module.css';

const COLUMNS = ['number', 'began', 'from', 'ending', 'took'] as const;

/** How often it was tried, and how each attempt ended; nothing until the first. */
export function AttemptTable({ lines }: { lines: readonly LogLine[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const attempts = attemptsOf(lines);
  if (attempts.length === 0) return null;
  return (
    <>
      <h3 className={classes.heading}>{t('attempts.title')}</h3>
      <div className={classes.attempts} tabIndex={0} role="region" aria-label={t('attempts.title')}>
        <Table aria-label={t('attempts.title')} fz="sm" verticalSpacing={4} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {COLUMNS.map((column) => (
                <Table.Th key={column}>{t(`attempts.${column}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {attempts.map((attempt) => (
              <Table.Tr key={attempt.number}>
                <Table.Td>{format.count(attempt.number)}</Table.Td>
                <Table.Td>
                  <time dateTime={attempt.startedAt} className={classes.began}>
                    <span>{format.shortDay(attempt.startedAt)}</span> <span>{format.time(attempt.startedAt)}</span>
                  </time>
                </Table.Td>
                <Table.Td>{format.percent(attempt.fromPercent)}</Table.Td>
                <Table.Td>
                  <HowItEnded attempt={attempt} />
                </Table.Td>
                <Table.Td>
                  <Took attempt={attempt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}

function HowItEnded({ attempt: { end } }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const sentenceOf = useLogSentence();
  if (end === null) return t('attempts.running');
  if (end.how === 'failed') return t('attempts.failed', { reason: sentenceOf(end.line) });
  return t(`attempts.${end.how}`);
}

/** Counts on while it runs, as far as the page knows that it does. */
function Took({ attempt: { startedAt, end } }: { attempt: Attempt }) {
  const format = useFormat();
  const isRunning = useIsLive() && end === null;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  const until = end === null ? now : Date.parse(end.line.at);
  return format.span((until - Date.parse(startedAt)) / 1000);
}
