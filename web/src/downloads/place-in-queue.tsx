import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { useDashboard } from '../page/page-context.ts';
import { placeOf } from './downloads-api.ts';
import { startsIn } from './starts-in.ts';

const ASK_EACH_MS = 5000;

/** Who comes before it, and when it may start: asked for only while somebody sees it. */
export function PlaceInQueue({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const dashboard = useDashboard();
  const { data } = useQuery({
    queryKey: ['place', id],
    queryFn: () => placeOf(id),
    refetchInterval: ASK_EACH_MS,
    staleTime: ASK_EACH_MS,
  });
  const place = data?.queue_position ?? null;
  if (place === null) return null;
  const { downloads_in_progress: running = [], system_stats } = dashboard ?? {};
  const seconds = startsIn(place, running, system_stats?.average_download_time ?? 0);
  return (
    <span>
      {t('downloads.place', { place: format.count(place) })}
      {seconds !== null && ` · ${t('downloads.starts_in', { time: format.span(roughly(seconds)) })}`}
    </span>
  );
}

/** Nobody knows it to the second. */
const roughly = (seconds: number) => (seconds < 60 ? Math.ceil(seconds / 10) * 10 : Math.ceil(seconds / 60) * 60);
