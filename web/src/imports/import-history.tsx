import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { Failure } from '../layout/failure.tsx';
import { ImportBar } from './import-bar.tsx';
import classes from './import-history.module.css';
import { isAtWork } from './import-status.ts';
import { listImports } from './imports-api.ts';
import { useImportNews } from './use-import-news.ts';

/** All imports, newest first, with how far those are that run. */
export function ImportHistory() {
  const { t } = useTranslation();
  const format = useFormat();
  const [progress, setProgress] = useState<ReadonlyMap<string, number>>(new Map());
  const query = useInfiniteQuery({
    queryKey: ['imports'],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      listImports(pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const imports = query.data?.pages.flatMap(({ uploads }) => uploads) ?? [];
  useImportNews(({ import_id, progresso }) => {
    setProgress((before) => new Map(before).set(import_id, progresso));
  });

  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <section className={classes.history} aria-labelledby="import-history">
      <h2 id="import-history">{t('imports.history')}</h2>
      {query.isPending && <Skeleton height={64} radius="md" />}
      {!query.isPending && imports.length === 0 && <EmptyState title={t('imports.empty')} />}
      <ul className={classes.list}>
        {imports.map((each) => (
          <li key={each.import_id}>
            <a className={classes.item} href={`#/imports/${each.import_id}`}>
              <span className={classes.name} dir="auto">
                {each.file_name}
              </span>
              <span className={classes.status} data-status={each.status}>
                {t(`imports.status.${each.status}`)}
              </span>
              <span className={classes.facts}>
                {t('imports.read', { count: each.rows.read, shown: format.count(each.rows.read) })}
                {each.rows.failed > 0 &&
                  ` · ${t('imports.failed', { count: each.rows.failed, shown: format.count(each.rows.failed) })}`}
                {` · ${format.ago(each.created_at)}`}
                {each.error_message !== null && ` · ${each.error_message}`}
              </span>
            </a>
            {isAtWork(each) && (
              <ImportBar
                name={t('imports.progress_of', { file: each.file_name })}
                percent={progress.get(each.import_id) ?? each.progress}
              />
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" fullWidth mt="sm" onClick={() => void query.fetchNextPage()}>
          {t('events.more')}
        </Button>
      )}
    </section>
  );
}
