import { Badge, Button, Group } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { ViewTitle } from '../layout/view-title.tsx';
import { useObservable } from '../live/observable.ts';
import { usePage } from '../page/page-context.ts';
import { AllowNotifications } from './allow-notifications.tsx';
import { LEVEL_COLORS, type Notice } from './notice.ts';
import { NoticeForm } from './notice-form.tsx';
import { noticeWords } from './notice-words.ts';
import classes from './notices-view.module.css';

export function NoticesView() {
  const { t } = useTranslation();
  const { list, unread, clear } = usePage().notices;
  const notices = useObservable(list);
  useEffect(() => unread.set(0), [unread, notices]);
  return (
    <>
      <ViewTitle title={t('nav.notices')} about={t('notices.about')}>
        <Group gap="xs">
          <AllowNotifications />
          {notices.length > 0 && (
            <Button variant="default" size="xs" onClick={clear}>
              {t('notices.clear')}
            </Button>
          )}
        </Group>
      </ViewTitle>
      <NoticeForm />
      {notices.length === 0 ? (
        <EmptyState title={t('notices.empty')} />
      ) : (
        <ul className={classes.list} aria-label={t('nav.notices')}>
          {notices.map((notice) => (
            <NoticeItem key={notice.seq} notice={notice} />
          ))}
        </ul>
      )}
    </>
  );
}

function NoticeItem({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { from, level, at } = notice;
  return (
    <li className={classes.notice} data-level={level}>
      <Group gap="xs">
        <Badge color={LEVEL_COLORS[level]} variant="light" className={classes.badge}>
          {t(`notices.level.${level}`)}
        </Badge>
        <span className={classes.from}>
          {t(`notices.from_${from}`)} · {format.ago(at)}
        </span>
      </Group>
      <p className={classes.message} dir="auto">
        {noticeWords(t, notice)}
      </p>
    </li>
  );
}
