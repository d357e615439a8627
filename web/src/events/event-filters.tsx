import { TextInput } from '@mantine/core';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { useTranslation } from 'react-i18next';
import classes from './event-filters.module.css';
import type { EventFilter } from './events-api.ts';

type Props = { filter: EventFilter; onFilter: (filter: EventFilter) => void };

export function EventFilters({ filter, onFilter }: Props) {
  const { t } = useTranslation();
  const field = (name: keyof EventFilter) => ({
    label: t(`events.filters.${name}`),
    value: filter[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onFilter({ ...filter, [name]: event.currentTarget.value }),
  });
  return (
    <div className={classes.filters} role="search">
      <TextInput
        type="search"
        data-shortcut="search"
        leftSection={<IconSearch size={16} stroke={1.7} />}
        {...field('q')}
      />
      <TextInput {...field('city')} />
      <TextInput type="date" {...field('from')} />
      <TextInput type="date" {...field('to')} />
    </div>
  );
}
