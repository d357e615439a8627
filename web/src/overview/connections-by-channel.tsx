import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { connectionCounts } from '../../../contract/snapshot.ts';
import { call } from '../api/call.ts';
import { useFormat } from '../language/use-format.ts';
import { Failure } from '../layout/failure.tsx';
import classes from './connections-by-channel.module.css';

const ASK_EACH_MS = 5000;
const CHANNELS = [
  'dashboard',
  'download',
  'queue',
  'stats',
  'general',
  'events',
  'imports',
  'import',
  'logs',
  'admin',
] as const;

/** Who listens to what; asked for while somebody looks. */
export function ConnectionsByChannel() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error, refetch } = useQuery({
    queryKey: ['connections'],
    queryFn: () => call(connectionCounts, '/ws/connections'),
    refetchInterval: ASK_EACH_MS,
  });
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  const counts = CHANNELS.map((channel) => ({ channel, count: data?.[`${channel}_connections`] ?? 0 }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return (
    <table className={classes.table} aria-label={t('overview.channels')}>
      <tbody>
        {counts.map(({ channel, count }) => (
          <tr key={channel}>
            <th scope="row">{t(`overview.channel.${channel}`)}</th>
            <td className={classes.bar} aria-hidden>
              <span style={{ width: `${(count / most) * 100}%` }} />
            </td>
            <td className={classes.count}>{format.count(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
