import { useDisclosure } from '@mantine/hooks';
import IconPlayerPlayFilled from '@tabler/icons-react/icons/IconPlayerPlayFilled';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../contract/download.ts';
import { useFormat } from '../language/use-format.ts';
import { FirstFrame } from './first-frame.tsx';
import { harmlessPicture, PLACEHOLDER } from './harmless-address.ts';
import { isVideo } from './media-kind.ts';
import classes from './thumbnail.module.css';

const Player = lazy(async () => ({ default: (await import('./player.tsx')).Player }));

/** The picture of a download; of a completed one it plays what was downloaded. */
export function Thumbnail({ view }: { view: DownloadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [opened, { open, close }] = useDisclosure();
  const [broken, setBroken] = useState('');
  const picture = harmlessPicture(broken === view.thumbnail ? null : view.thumbnail);
  const image = (
    <>
      <img
        className={classes.picture}
        src={picture}
        alt=""
        width={144}
        height={81}
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setBroken(view.thumbnail)}
      />
      {view.status === 'completed' && picture === PLACEHOLDER && isVideo(view) && <FirstFrame view={view} />}
      {view.duration !== null && <span className={classes.length}>{format.length(view.duration)}</span>}
    </>
  );
  if (view.status !== 'completed') return <div className={classes.frame}>{image}</div>;
  return (
    <>
      <button
        type="button"
        className={classes.frame}
        aria-label={t('downloads.play', { title: view.title })}
        onClick={open}
      >
        {image}
        <span className={classes.play}>
          <IconPlayerPlayFilled size={20} aria-hidden />
        </span>
      </button>
      {opened && (
        <Suspense>
          <Player view={view} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
