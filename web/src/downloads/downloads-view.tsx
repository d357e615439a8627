import { useDebouncedValue } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import type { Status } from '../../../contract/download.ts';
import { DownloadList } from './download-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { RequestForm } from './request/request-form.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { useSelection } from './use-selection.ts';
import { useDownloads } from './use-downloads.ts';
import classes from './downloads-view.module.css';

const DownloadDetail = lazy(async () => ({ default: (await import('./detail/download-detail.tsx')).DownloadDetail }));

const TYPING_MS = 250;

export function DownloadsView() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const [status, setStatus] = useState<Status | null>(null);
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), TYPING_MS);
  const filter = useMemo(() => ({ status, q }), [status, q]);
  const downloads = useDownloads(filter);
  const selection = useSelection(downloads.ids);
  return (
    <>
      <h1 className={classes.unseen}>{t('nav.downloads')}</h1>
      <RequestForm />
      <FilterBar status={status} onStatus={setStatus} search={search} onSearch={setSearch} selection={selection} />
      <DownloadList downloads={downloads} filter={filter} selection={selection} />
      <SelectionBar selection={selection} />
      {id !== undefined && (
        <Suspense>
          <DownloadDetail id={id} onClose={() => go('/')} />
        </Suspense>
      )}
    </>
  );
}
