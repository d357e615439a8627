import { Checkbox, TextInput } from '@mantine/core';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { useTranslation } from 'react-i18next';
import type { Status } from '../../../contract/download.ts';
import { useFormat } from '../language/use-format.ts';
import { useDashboard } from '../page/page-context.ts';
import { ClearFinished } from './clear-finished.tsx';
import { isOver } from './download-store.ts';
import classes from './filter-bar.module.css';
import type { Selection } from './use-selection.ts';

const FILTERS = [
  { status: null, count: 'total' },
  { status: 'downloading', count: 'downloading' },
  { status: 'pending', count: 'pending' },
  { status: 'paused', count: 'paused' },
  { status: 'completed', count: 'completed' },
  { status: 'failed', count: 'failed' },
  { status: 'cancelled', count: 'cancelled' },
] as const;

type Props = {
  status: Status | null;
  onStatus: (status: Status | null) => void;
  search: string;
  onSearch: (search: string) => void;
  selection: Selection;
};

/** Which downloads are shown, with how many there are of each kind. */
export function FilterBar({ status, onStatus, search, onSearch, selection }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const counts = useDashboard()?.queue_stats;
  return (
    <div className={classes.bar}>
      <Checkbox
        size="md"
        className={classes.select}
        aria-label={t('downloads.select_all')}
        title={t('downloads.select_all')}
        checked={selection.isWhole}
        indeterminate={selection.ids.length > 0 && !selection.isWhole}
        onChange={() => (selection.isWhole ? selection.clear() : selection.all())}
      />
      <div className={classes.filters} role="group" aria-label={t('downloads.filter')}>
        {FILTERS.map((filter) => (
          <button
            key={filter.count}
            type="button"
            className={classes.filter}
            aria-pressed={filter.status === status}
            onClick={() => onStatus(filter.status)}
          >
            {t(filter.status === null ? 'downloads.all' : `downloads.several.${filter.status}`)}
            <span className={classes.count}>{counts === undefined ? '–' : format.short(counts[filter.count])}</span>
          </button>
        ))}
      </div>
      {status !== null && isOver({ status }) && (counts?.[status] ?? 0) > 0 && (
        <ClearFinished status={status} count={counts?.[status] ?? 0} />
      )}
      <TextInput
        className={classes.search}
        type="search"
        data-shortcut="search"
        aria-label={t('downloads.search')}
        placeholder={t('downloads.search_hint')}
        leftSection={<IconSearch size={16} stroke={1.7} />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
    </div>
  );
}
