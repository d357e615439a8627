import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { listImports } from '../imports/imports-api.ts';
import { useDownloads } from '../downloads/use-downloads.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { ViewTitle } from '../layout/view-title.tsx';
import { usePage } from '../page/page-context.ts';
import { LiveLog } from './live-log.tsx';
import { useLogLines } from './use-log-lines.ts';
import classes from './console-view.module.css';

const NEWEST = 50;

export function ConsoleView() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const { store } = usePage().downloads;
  const filter = useMemo(() => ({ status: null, q: '' }), []);
  const { ids } = useDownloads(filter);
  const options = ids.slice(0, NEWEST).flatMap((each) => {
    const view = store.get(each);
    return view === null ? [] : [{ value: each, label: `${view.title} · ${t(`downloads.status.${view.status}`)}` }];
  });
  const imports = useQuery({ queryKey: ['newest-imports'], queryFn: ({ signal }) => listImports(null, signal) });
  for (const { import_id, file_name, status } of imports.data?.uploads ?? []) {
    options.push({ value: import_id, label: `${file_name} · ${t(`imports.status.${status}`)}` });
  }
  const known = options.some(({ value }) => value === id);
  return (
    <>
      <ViewTitle title={t('nav.console')} about={t('console.about')} />
      <Select
        className={classes.choice}
        label={t('console.which')}
        placeholder={t('console.choose')}
        searchable
        data-shortcut="search"
        nothingFoundMessage={t('console.none_found')}
        data={known || id === undefined ? options : [{ value: id, label: id }, ...options]}
        value={id ?? null}
        onChange={(chosen) => go(chosen === null ? '/console' : `/console/${chosen}`)}
      />
      {id === undefined ? <EmptyState title={t('console.nothing_chosen')} /> : <ChosenLog key={id} id={id} />}
    </>
  );
}

function ChosenLog({ id }: { id: string }) {
  return <LiveLog lines={useLogLines(id)} isTall />;
}
