import { Button, Group, Menu } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import IconPlus from '@tabler/icons-react/icons/IconPlus';
import IconTableImport from '@tabler/icons-react/icons/IconTableImport';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarEvent } from '../../../contract/event.ts';
import { useFormat } from '../language/use-format.ts';
import { ViewTitle } from '../layout/view-title.tsx';
import { EventDialog } from './event-dialog.tsx';
import { EventFilters } from './event-filters.tsx';
import { EventTable } from './event-table.tsx';
import { EVERYTHING, EXPORTS, exportOf } from './events-api.ts';
import { useEvents } from './use-events.ts';

const TYPING_MS = 250;

export function EventsView() {
  const { t } = useTranslation();
  const format = useFormat();
  const [filter, setFilter] = useState(EVERYTHING);
  const [settled] = useDebouncedValue(filter, TYPING_MS);
  const [edited, setEdited] = useState<CalendarEvent | 'new' | null>(null);
  const events = useEvents(settled);
  return (
    <>
      <ViewTitle
        title={t('nav.events')}
        about={
          events.total === null
            ? t('events.about')
            : t('events.total', { count: events.total, shown: format.count(events.total) })
        }
      >
        <Group gap="xs">
          <Button
            component="a"
            href="#/imports"
            variant="default"
            leftSection={<IconTableImport size={17} stroke={1.7} />}
          >
            {t('events.import')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" leftSection={<IconDownload size={17} stroke={1.7} />}>
                {t('events.export')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {EXPORTS.map(({ name, query }) => (
                <Menu.Item key={name} component="a" href={exportOf(filter, query)} download>
                  {t(`events.exports.${name}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Button leftSection={<IconPlus size={17} stroke={2} />} data-shortcut="new" onClick={() => setEdited('new')}>
            {t('events.new')}
          </Button>
        </Group>
      </ViewTitle>
      <EventFilters filter={filter} onFilter={setFilter} />
      <EventTable events={events} isFiltered={settled !== EVERYTHING} onEdit={setEdited} />
      {edited !== null && <EventDialog event={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}
