import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import type { DownloadView } from '../../../contract/download.ts';
import { fileOf } from './downloads-api.ts';
import classes from './first-frame.module.css';

/** What is scrolled past within this time asks for nothing. */
const LINGERS_MS = 600;
const FEW_BYTES = '(prefers-reduced-data: reduce)';

/** A picture from the downloaded video itself, where its source told none: the browser reads its head and one frame. */
export function FirstFrame({ view }: { view: DownloadView }) {
  const [isWanted, setWanted] = useState(false);
  const [isShown, setShown] = useState(false);
  useTimeout(() => setWanted(!matchMedia(FEW_BYTES).matches), LINGERS_MS, { autoInvoke: true });
  if (!isWanted) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- a still picture.
    <video
      className={classes.frame}
      data-shown={isShown}
      src={`${fileOf(view.id)}#t=0.1`}
      preload="metadata"
      muted
      playsInline
      tabIndex={-1}
      aria-hidden
      onLoadedData={({ currentTarget }) => setShown(currentTarget.videoWidth > 0)}
      onError={() => setWanted(false)}
    />
  );
}
