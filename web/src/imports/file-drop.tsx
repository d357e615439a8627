import { Alert, Button, FileButton, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { ImportMode } from '../../../contract/import.ts';
import { RequestFailed } from '../api/request-failed.ts';
import { useFormat } from '../language/use-format.ts';
import { useReason } from '../layout/failure.tsx';
import { useDrop } from '../layout/use-drop.ts';
import classes from './file-drop.module.css';
import { ImportBar } from './import-bar.tsx';
import { sendFile } from './imports-api.ts';

type Sending = { file: File; part: number };

/** Takes a file, dropped or chosen, sends it, and goes to its import. */
export function FileDrop() {
  const { t } = useTranslation();
  const format = useFormat();
  const reason = useReason();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [mode, setMode] = useState<ImportMode>('dry_run');
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<string | null>(null);

  async function send(file: File): Promise<void> {
    setError(null);
    setSending({ file, part: 0 });
    try {
      const { import_id } = await sendFile(file, mode, (part) => setSending({ file, part }));
      void queries.invalidateQueries({ queryKey: ['imports'] });
      go(`/imports/${import_id}`);
    } catch (failure) {
      if (!(failure instanceof RequestFailed)) throw failure;
      setError(reason(failure));
      setSending(null);
    }
  }

  const isOver = useDrop('files', ({ files: [file, ...others] }) => {
    if (file === undefined || sending !== null) return;
    if (others.length > 0) setError(t('imports.one_at_a_time'));
    else void send(file);
  });

  return (
    <section className={classes.drop} data-over={isOver} aria-label={t('imports.drop')}>
      {sending === null ? (
        <>
          <p className={classes.words}>{t('imports.drop')}</p>
          <p className={classes.about}>{t('imports.drop_about')}</p>
          <SegmentedControl
            aria-label={t('imports.mode_label')}
            value={mode}
            onChange={(value) => setMode(value === 'import' ? 'import' : 'dry_run')}
            data={[
              { value: 'dry_run', label: t('imports.mode.dry_run') },
              { value: 'import', label: t('imports.mode.import') },
            ]}
          />
          <FileButton
            accept=".csv,.txt,.tsv,text/csv"
            onChange={(file) => {
              if (file !== null) void send(file);
            }}
            inputProps={{ 'aria-label': t('imports.choose') }}
          >
            {(props) => (
              <Button size="md" data-shortcut="new" {...props}>
                {t('imports.choose')}
              </Button>
            )}
          </FileButton>
        </>
      ) : (
        <>
          <p className={classes.words}>
            {t('imports.sending', { file: sending.file.name, size: format.bytes(sending.file.size) })}
          </p>
          <ImportBar name={t('imports.sent')} percent={sending.part * 100} />
        </>
      )}
      {error !== null && (
        <Alert color="red" role="alert">
          {error}
        </Alert>
      )}
    </section>
  );
}
