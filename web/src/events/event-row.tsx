import { ActionIcon } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconPencil from '@tabler/icons-react/icons/IconPencil';
import IconTrash from '@tabler/icons-react/icons/IconTrash';
import { useTranslation } from 'react-i18next';
import type { CalendarEvent } from '../../../contract/event.ts';
import { newKey } from '../api/new-key.ts';
import { useFormat } from '../language/use-format.ts';
import { useReason } from '../layout/failure.tsx';
import classes from './event-table.module.css';
import { createEvent, deleteEvent } from './events-api.ts';
import { UndoToast } from '../layout/undo-toast.tsx';

/** The cells of one event. */
export function EventRow({ event, onEdit }: { event: CalendarEvent; onEdit: (event: CalendarEvent) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const remove = useRemoval();
  return (
    <>
      <span role="cell" className={classes.date}>
        <time dateTime={event.event_date}>{format.moment(event.event_date)}</time>
      </span>
      <span role="cell" className={classes.title} dir="auto">
        {event.title}
      </span>
      <span role="cell" className={classes.city}>
        {event.city}
      </span>
      <span role="cell" className={classes.place}>
        {event.local_info?.location_name ?? '–'}
      </span>
      <span role="cell" className={classes.actions}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('events.edit_of', { title: event.title })}
          onClick={() => onEdit(event)}
        >
          <IconPencil size={17} stroke={1.7} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('events.delete_of', { title: event.title })}
          onClick={() => void remove(event)}
        >
          <IconTrash size={17} stroke={1.7} />
        </ActionIcon>
      </span>
    </>
  );
}

/** Deletes at once, and offers to create the same again. */
function useRemoval() {
  const { t } = useTranslation();
  const reason = useReason();
  return async (event: CalendarEvent): Promise<void> => {
    try {
      await deleteEvent(event);
      const id = newKey();
      const { title, description, event_date, city, participants, local_info } = event;
      const undo = async () => {
        notifications.hide(id);
        await createEvent({ title, description, event_date, city, participants, local_info }, id);
      };
      const message = <UndoToast words={t('events.deleted', { title })} undo={() => void undo()} />;
      notifications.show({ id, message, autoClose: 8000 });
    } catch (failure) {
      notifications.show({ color: 'red', title: t('events.not_deleted'), message: reason(failure) });
    }
  };
}
