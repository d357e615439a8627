import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useFormat } from '../language/use-format.ts';
import { useObservable } from '../live/observable.ts';
import { useDashboard, usePage } from '../page/page-context.ts';
import classes from './navigation.module.css';
import { viewAt, VIEWS } from './views.ts';

/** A column beside the view; on a telephone a bar beneath it. */
export function Navigation() {
  const { t } = useTranslation();
  const format = useFormat();
  const [location] = useLocation();
  const current = viewAt(location);
  const queue = useDashboard()?.queue_stats;
  const unread = useObservable(usePage().notices.unread);
  const counts: Record<string, number> = {
    '/': (queue?.downloading ?? 0) + (queue?.pending ?? 0),
    '/notices': unread,
  };
  return (
    <nav className={classes.nav} aria-label={t('layout.navigation')}>
      <ul className={classes.list}>
        {VIEWS.map(({ path, name, icon: Icon }) => (
          <li key={path}>
            <a className={classes.link} href={`#${path}`} aria-current={current?.path === path ? 'page' : undefined}>
              <Icon size={22} stroke={1.7} aria-hidden />
              <span className={classes.name}>{t(name)}</span>
              {(counts[path] ?? 0) > 0 && (
                <span className={classes.count} aria-label={t('layout.waiting', { count: counts[path] ?? 0 })}>
                  {format.short(counts[path] ?? 0)}
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <p className={classes.foot}>
        <a href="/docs">{t('layout.api')}</a>
        <a href="/docs/realtime">{t('layout.realtime')}</a>
      </p>
    </nav>
  );
}
