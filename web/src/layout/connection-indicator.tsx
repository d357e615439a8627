import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { State } from '../../../client/connect.ts';
import { useConnectionState } from '../live/live-context.ts';
import classes from './connection-indicator.module.css';

/** Says whether what is shown is live, and if not, when it will be tried again. */
export function ConnectionIndicator() {
  const { t } = useTranslation();
  const state = useConnectionState();
  const seconds = useSecondsUntil(state.nextTryAt);
  const words = {
    connecting: t('connection.connecting'),
    live: t(`connection.live_${state.transport}`),
    reconnecting: seconds > 0 ? t('connection.reconnecting_in', { count: seconds }) : t('connection.reconnecting'),
    offline: t('connection.offline'),
    closed: t('connection.connecting'),
  } satisfies Record<State['status'], string>;
  const isAsking = state.status === 'live' && state.transport === 'polling';
  return (
    <Tooltip
      label={t(isAsking ? 'connection.about_polling' : `connection.about_${state.status}`)}
      multiline
      w={260}
      events={{ hover: true, focus: true, touch: true }}
    >
      <p className={classes.indicator} data-state={state.status} data-transport={state.transport} tabIndex={0}>
        {/* The seconds are for the eye: read out loud they would be chatter. */}
        <span className={classes.words} aria-hidden>
          {words[state.status]}
        </span>
        <span className={classes.unseen} role="status">
          {state.status === 'reconnecting' ? t('connection.reconnecting') : words[state.status]}
        </span>
      </p>
    </Tooltip>
  );
}

function useSecondsUntil(moment: Date | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (moment === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment.getTime() - now) / 1000));
}
