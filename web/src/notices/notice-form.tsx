import { Button, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { callForNothing } from '../api/call.ts';
import { newKey } from '../api/new-key.ts';
import { fieldErrors } from '../api/request-failed.ts';
import { useReason } from '../layout/failure.tsx';
import { NOTICE_LEVELS } from '../../../contract/notice.ts';
import classes from './notices-view.module.css';

/** Announces something to everybody, or to administrators. */
export function NoticeForm() {
  const { t } = useTranslation();
  const reason = useReason();
  const form = useForm({ initialValues: { message: '', level: 'info', channel: 'general' } });
  const post = useMutation({
    mutationFn: (body: typeof form.values) =>
      callForNothing('/notifications', { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: () => form.setFieldValue('message', ''),
    onError: (failure) => form.setErrors({ message: reason(failure), ...fieldErrors(failure) }),
  });
  return (
    <form className={classes.form} onSubmit={form.onSubmit((values) => post.mutate(values))}>
      <TextInput
        className={classes.words}
        label={t('notices.message')}
        maxLength={2000}
        data-shortcut="new"
        {...form.getInputProps('message')}
      />
      <Select
        label={t('notices.level_label')}
        allowDeselect={false}
        w={150}
        data={NOTICE_LEVELS.map((value) => ({ value, label: t(`notices.level.${value}`) }))}
        {...form.getInputProps('level')}
      />
      <Select
        label={t('notices.to')}
        allowDeselect={false}
        w={170}
        data={[
          { value: 'general', label: t('notices.to_general') },
          { value: 'admin', label: t('notices.to_admin') },
        ]}
        {...form.getInputProps('channel')}
      />
      <Button type="submit" loading={post.isPending}>
        {t('notices.send')}
      </Button>
    </form>
  );
}
