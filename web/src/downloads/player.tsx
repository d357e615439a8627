import type { DownloadView } from '../../../contract/download.ts';
import { Dialog } from '../layout/dialog.tsx';
import { fileOf } from './downloads-api.ts';
import { isSound } from './media-kind.ts';
import classes from './player.module.css';

export function Player({ view, onClose }: { view: DownloadView; onClose: () => void }) {
  const source = fileOf(view.id);
  return (
    <Dialog opened onClose={onClose} title={<span dir="auto">{view.title}</span>} size="xl">
      {isSound(view) ? (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- what people download brings none.
        <audio className={classes.media} src={source} controls autoPlay />
      ) : (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- what people download brings none.
        <video className={classes.media} src={source} controls autoPlay playsInline />
      )}
    </Dialog>
  );
}
