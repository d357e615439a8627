import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

type Props = { picture?: ReactNode; title: string; children?: ReactNode };

/** Says that there is nothing, and what to do about it. */
export function EmptyState({ picture, title, children }: Props) {
  return (
    <div className={classes.empty}>
      {picture}
      <h2 className={classes.title}>{title}</h2>
      {children}
    </div>
  );
}
