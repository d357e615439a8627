import { Alert, Anchor, Skeleton } from '@mantine/core';
import IconArrowLeft from '@tabler/icons-react/icons/IconArrowLeft';
import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../../contract/import.ts';
import { importFailures } from '../../../contract/import-failure.ts';
import { useFormat } from '../language/use-format.ts';
import { Failure } from '../layout/failure.tsx';
import { ViewTitle } from '../layout/view-title.tsx';
import { DialectFound } from './dialect-found.tsx';
import { FailedRows } from './failed-rows.tsx';
import { ImportActions } from './import-actions.tsx';
import { ImportBar } from './import-bar.tsx';
import classes from './import-detail.module.css';
import { isAtWork } from './import-status.ts';
import { PlannedRows } from './planned-rows.tsx';
import { RowTotals } from './row-totals.tsx';
import { SparedRows } from './spared-rows.tsx';
import { useImport } from './use-import.ts';

/** One import, while it runs and after. */
export function ImportDetail({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { view, errors, pace, error, retry } = useImport(id);
  if (error !== null && view === undefined) return <Failure error={error} retry={retry} />;
  if (view === undefined) return <Skeleton height={240} radius="lg" />;
  const words = [
    t(view.phase === null ? `imports.status.${view.status}` : `imports.phase.${view.phase}`),
    view.line > 0 && isAtWork(view) && t('imports.at_line', { line: format.count(view.line) }),
    pace !== null &&
      pace.rows_per_second !== null &&
      t('imports.pace', { rows: format.count(Math.round(pace.rows_per_second)) }),
    pace !== null && pace.eta !== null && t('downloads.left', { time: format.span(pace.eta) }),
  ];
  return (
    <>
      <Anchor href="#/imports" size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t('imports.back')}
      </Anchor>
      <ViewTitle title={view.file_name} about={format.moment(view.created_at)}>
        <ImportActions view={view} />
      </ViewTitle>
      <div className={classes.panel}>
        <p className={classes.state} role="status">
          {words.filter((word) => word !== false).join(' · ')}
        </p>
        {isAtWork(view) && (
          <ImportBar name={t('imports.progress_of', { file: view.file_name })} percent={view.progress} />
        )}
        <Outcome view={view} />
        <RowTotals view={view} />
        <DialectFound view={view} />
      </div>
      {(view.status === 'planned' || view.phase === 'committing') && <PlannedRows id={view.import_id} />}
      {view.status === 'undone' && (view.undo?.spared ?? 0) > 0 && <SparedRows id={view.import_id} />}
      <FailedRows view={view} live={errors} />
    </>
  );
}

/** What somebody should know of how it stands. */
function Outcome({ view }: { view: ImportView }) {
  const { t, i18n } = useTranslation();
  if (view.status === 'planned') return <Alert color="yellow">{t('imports.planned_about')}</Alert>;
  if (view.status !== 'failed' && view.status !== 'cancelled') return null;
  const failure = Object.entries(importFailures).find(([code]) => code === view.error_code)?.[1];
  // What a sentence leaves open only the server can fill in.
  const known = failure?.[i18n.language === 'en' ? 'en' : 'pt'];
  const words = known === undefined || known.includes('{') ? view.error_message : known;
  return (
    <Alert color="red" title={t(`imports.status.${view.status}`)}>
      {words}
    </Alert>
  );
}
