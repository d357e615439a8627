import { useFormat } from '../language/use-format.ts';
import classes from './import-bar.module.css';

/** How far something is, from 0 to 100. */
export function ImportBar({ name, percent }: { name: string; percent: number }) {
  const format = useFormat();
  return (
    <div className={classes.line}>
      <div
        className={classes.track}
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Number(percent.toFixed(1))}
      >
        <div className={classes.bar} style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
      <span className={classes.percent} aria-hidden>
        {format.percent(percent)}
      </span>
    </div>
  );
}
