import { Button, NativeSelect, Textarea } from '@mantine/core';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QUALITIES, type Quality } from '../../../../contract/download.ts';
import { qualityKey } from '../quality-key.ts';
import { readUrls } from '../read-urls.ts';
import classes from './request-form.module.css';
import { usePrefilled } from './use-prefilled.ts';
import { useRequest } from './use-request.ts';

const Inspection = lazy(async () => ({ default: (await import('./inspection.tsx')).Inspection }));

/** Takes addresses however they come: typed, pasted, many at once, from other parts of the page. */
export function RequestForm() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [quality, setQuality] = useState<Quality>('best');
  const [inspected, setInspected] = useState<string | null>(null);
  const [received, setReceived] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const urls = readUrls(text);
  const request = useRequest((taken) => {
    // Something else may have been typed while they were sent.
    setText((now) =>
      readUrls(now)
        .filter((url) => !taken.has(url))
        .join('\n'),
    );
    setReceived(0);
    setInspected(null);
  });

  function change(next: string, howManyCame = 0): void {
    setText(next);
    setReceived(howManyCame);
    request.forget();
  }

  usePrefilled(({ url, purpose }) => {
    const incoming = url.split('\n');
    if (purpose === 'add') change([...new Set([...urls, ...incoming])].join('\n'), incoming.length);
    else change(url);
    setInspected(purpose === 'inspect' ? url : null);
    field.current?.focus();
  });

  const submit = () => void request.send(urls, quality);
  const [first = ''] = urls;
  return (
    <section className={classes.panel} aria-label={t('request.title')}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Textarea
          ref={field}
          classNames={{ root: classes.addresses, input: classes.input }}
          label={t('request.address')}
          placeholder="https://…"
          data-shortcut="new"
          autosize
          minRows={1}
          maxRows={8}
          size="md"
          inputMode="url"
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          error={request.error}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <NativeSelect
          className={classes.quality}
          label={t('request.quality')}
          size="md"
          data={QUALITIES.map((value) => ({ value, label: t(`downloads.quality.${qualityKey(value)}`) }))}
          value={quality}
          onChange={(event) => setQuality(QUALITIES.find((known) => known === event.currentTarget.value) ?? 'best')}
        />
        <div className={classes.buttons}>
          <Button type="submit" size="md" loading={request.isSending}>
            {urls.length > 1 ? t('request.send_many', { count: urls.length }) : t('request.send')}
          </Button>
          <Button variant="default" size="md" disabled={urls.length !== 1} onClick={() => setInspected(first)}>
            {t('request.inspect')}
          </Button>
        </div>
      </form>
      <p className={classes.hint} role="status" data-received={received > 0}>
        {received > 0 ? t('request.received', { count: received }) : t('request.hint')}
      </p>
      {inspected !== null && (
        <Suspense>
          <Inspection
            url={inspected}
            onClose={() => setInspected(null)}
            onChoose={(chosen) => void request.send([inspected], chosen)}
          />
        </Suspense>
      )}
    </section>
  );
}
