import { Alert, Button, Checkbox, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarEvent } from '../../../contract/event.ts';
import { newKey } from '../api/new-key.ts';
import { fieldErrors } from '../api/request-failed.ts';
import { Dialog } from '../layout/dialog.tsx';
import { useReason } from '../layout/failure.tsx';
import { EventFields, PlaceFields } from './event-fields.tsx';
import { requestOf, valuesOf } from './event-values.ts';
import { createEvent, replaceEvent } from './events-api.ts';

type Props = { event: CalendarEvent | null; onClose: () => void };

/** Creates an event, or changes one; what the server refuses is said beside its field. */
export function EventDialog({ event, onClose }: Props) {
  const { t } = useTranslation();
  const reason = useReason();
  const queries = useQueryClient();
  const form = useForm({ initialValues: valuesOf(event) });
  const [key] = useState(newKey);
  const save = useMutation({
    mutationFn: async () => {
      const request = requestOf(form.values);
      return event === null ? createEvent(request, key) : replaceEvent(event, request);
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['events'] });
      onClose();
    },
    onError: (failure) => form.setErrors(fieldErrors(failure)),
  });
  const isFieldless = save.isError && Object.keys(fieldErrors(save.error)).length === 0;
  return (
    <Dialog opened onClose={onClose} title={t(event === null ? 'events.new' : 'events.edit')} size="lg">
      <form noValidate onSubmit={form.onSubmit(() => save.mutate())}>
        <Stack gap="sm">
          {isFieldless && (
            <Alert color="red" role="alert">
              {reason(save.error)}
            </Alert>
          )}
          <EventFields form={form} />
          <Checkbox label={t('events.fields.has_place')} {...form.getInputProps('has_place', { type: 'checkbox' })} />
          {form.values.has_place && <PlaceFields form={form} />}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              {t('layout.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('events.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
