import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import type { Span } from './history.tsx';
import classes from './history.module.css';

/** What the chart shows, for those who read it: the newest first, opened when it is wanted. */
export function HistoryTable({ spans }: { spans: Span[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <details className={classes.details}>
      <summary>{t('overview.as_table')}</summary>
      <table className={classes.table} aria-label={t('overview.history')}>
        <thead>
          <tr>
            <th scope="col">{t('overview.when')}</th>
            <th scope="col">{t('overview.requested')}</th>
            <th scope="col">{t('overview.completed')}</th>
            <th scope="col">{t('overview.failed')}</th>
          </tr>
        </thead>
        <tbody>
          {spans.toReversed().map(({ at, when, requested, completed, failed }) => (
            <tr key={at}>
              <th scope="row">{when}</th>
              <td>{format.count(requested)}</td>
              <td>{format.count(completed)}</td>
              <td>{format.count(failed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
