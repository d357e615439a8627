import type { ImportView } from '../../../contract/import.ts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { Figure } from '../overview/figure.tsx';
import classes from './import-detail.module.css';

const ROWS = [
  { name: 'read', tone: 'plain' },
  { name: 'created', tone: 'good' },
  { name: 'updated', tone: 'accent' },
  { name: 'unchanged', tone: 'plain' },
  { name: 'failed', tone: 'bad' },
] as const;

/** Every row that was read is in one of the others. */
export function RowTotals({ view }: { view: ImportView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPlan = view.status === 'planned' || view.phase === 'planning';
  const { rows, undo } = view;
  return (
    <div className={classes.totals}>
      {ROWS.map(({ name, tone }) => (
        <Figure
          key={name}
          name={t(isPlan ? `imports.would.${name}` : `imports.rows.${name}`)}
          value={format.count(rows[name])}
          tone={rows[name] === 0 ? 'plain' : tone}
        />
      ))}
      {undo !== null &&
        (['removed', 'restored', 'spared'] as const).map((name) => (
          <Figure key={name} name={t(`imports.undone.${name}`)} value={format.count(undo[name])} />
        ))}
    </div>
  );
}
