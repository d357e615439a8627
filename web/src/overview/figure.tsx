import { Skeleton } from '@mantine/core';
import classes from './figure.module.css';

type Props = { name: string; value: string | undefined; tone?: 'plain' | 'accent' | 'good' | 'bad'; isLarge?: boolean };

/** A number with its name. */
export function Figure({ name, value, tone = 'plain', isLarge = false }: Props) {
  return (
    <dl className={classes.figure} data-tone={tone} data-large={isLarge}>
      <dt>{name}</dt>
      <dd>{value ?? <Skeleton height="1em" width="3ch" />}</dd>
    </dl>
  );
}
