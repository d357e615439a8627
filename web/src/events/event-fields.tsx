import { Autocomplete, Checkbox, NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { VENUE_TYPES } from '../../../contract/event.ts';
import classes from './event-fields.module.css';
import type { EventValues } from './event-values.ts';

type Props = { form: UseFormReturnType<EventValues> };

export function EventFields({ form }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput label={t('events.fields.title')} required data-autofocus {...form.getInputProps('title')} />
      <div className={classes.pair}>
        <TextInput
          type="datetime-local"
          label={t('events.fields.event_date')}
          required
          {...form.getInputProps('event_date')}
        />
        <TextInput label={t('events.fields.city')} required {...form.getInputProps('city')} />
      </div>
      <Textarea
        label={t('events.fields.description')}
        autosize
        minRows={2}
        maxRows={8}
        {...form.getInputProps('description')}
      />
      <TagsInput
        label={t('events.fields.participants')}
        description={t('events.fields.participants_hint')}
        {...form.getInputProps('participants')}
      />
    </>
  );
}

export function PlaceFields({ form }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.place}>
      <legend>{t('events.fields.place')}</legend>
      <TextInput
        label={t('events.fields.location_name')}
        required
        {...form.getInputProps('local_info.location_name')}
      />
      <div className={classes.pair}>
        <NumberInput label={t('events.fields.capacity')} min={0} {...form.getInputProps('local_info.capacity')} />
        <Autocomplete
          label={t('events.fields.venue_type')}
          data={VENUE_TYPES}
          {...form.getInputProps('local_info.venue_type')}
        />
      </div>
      <TextInput label={t('events.fields.address')} {...form.getInputProps('local_info.address')} />
      <Checkbox
        label={t('events.fields.is_accessible')}
        {...form.getInputProps('local_info.is_accessible', { type: 'checkbox' })}
      />
    </fieldset>
  );
}
