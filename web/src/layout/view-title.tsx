import type { ReactNode } from 'react';
import classes from './view-title.module.css';

type Props = { title: string; about?: string; children?: ReactNode };

/** What a view is, and what can be done with all of it. */
export function ViewTitle({ title, about, children }: Props) {
  return (
    <div className={classes.head}>
      <div>
        <h1 className={classes.title}>{title}</h1>
        {about !== undefined && <p className={classes.about}>{about}</p>}
      </div>
      {children}
    </div>
  );
}
