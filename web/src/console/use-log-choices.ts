import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDownloads } from '../downloads/use-downloads.ts';
import { folded } from '../downloads/folded.ts';
import { listImports } from '../imports/imports-api.ts';
import { useImportNews } from '../imports/use-import-news.ts';
import { usePage } from '../page/page-context.ts';

const NEWEST = 50;
const TYPING_MS = 250;

/** Of what there is a log: the newest that match, downloads and imports apart. */
export function useLogChoices(search: string) {
  const { t } = useTranslation();
  const [q] = useDebouncedValue(search.trim(), TYPING_MS);
  const { store } = usePage().downloads;
  const filter = useMemo(() => ({ status: null, q }), [q]);
  const { ids, isLoading } = useDownloads(filter);
  const imports = useQuery({ queryKey: ['imports', 'newest'], queryFn: ({ signal }) => listImports(null, signal) });
  useImportNews();
  const downloadChoices = ids.slice(0, NEWEST).flatMap((id) => {
    const view = store.get(id);
    if (view === null) return [];
    return [{ value: id, label: `${view.title} · ${t(`downloads.status.${view.status}`)}`, at: view.created_at }];
  });
  const importChoices = (imports.data?.uploads ?? [])
    .filter(({ file_name }) => folded(file_name).includes(folded(q)))
    .map(({ import_id, file_name, status, created_at }) => ({
      value: import_id,
      label: `${file_name} · ${t(`imports.status.${status}`)}`,
      at: created_at,
    }));
  const newest = [...downloadChoices, ...importChoices].toSorted((a, b) => (a.at < b.at ? 1 : -1))[0]?.value;
  return {
    groups: [
      { group: t('nav.downloads'), items: downloadChoices },
      { group: t('nav.imports'), items: importChoices },
    ].filter(({ items }) => items.length > 0),
    /** Null until all of them are known, and when there is none. */
    newest: isLoading || imports.isPending ? null : (newest ?? null),
  };
}
