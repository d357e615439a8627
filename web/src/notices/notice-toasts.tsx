import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useObservable } from '../live/observable.ts';
import { usePage } from '../page/page-context.ts';
import { noticeWords } from './notice-words.ts';
import { LEVEL_COLORS } from './notice.ts';

/** Shows each announcement for a while, wherever somebody is. */
export function NoticeToasts() {
  const { t } = useTranslation();
  const latest = useObservable(usePage().notices.latest);
  useEffect(() => {
    if (latest === null) return;
    notifications.show({
      id: latest.seq,
      color: LEVEL_COLORS[latest.level],
      title: t(`notices.from_${latest.from}`),
      message: noticeWords(t, latest),
      autoClose: latest.level === 'info' ? 8000 : false,
    });
  }, [latest, t]);
  return null;
}
