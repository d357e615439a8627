import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../../contract/import.ts';
import { DELIMITERS } from './delimiters.ts';
import classes from './import-detail.module.css';

const NEWLINES = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' };

/** How the file is written, as it was detected: whoever sees something strange looks here first. */
export function DialectFound({ view: { dialect, time_zone } }: { view: ImportView }) {
  const { t } = useTranslation();
  if (dialect === null) return null;
  const facts = [
    dialect.encoding.toUpperCase() + (dialect.bom ? ' + BOM' : ''),
    t(`imports.delimiter.${DELIMITERS[dialect.delimiter]}`),
    NEWLINES[dialect.newline],
    t(`imports.date_style.${dialect.date_style}`),
    time_zone,
    t('imports.columns', { count: Object.keys(dialect.columns).length }),
  ];
  return (
    <p className={classes.dialect}>
      {t('imports.detected')}
      {facts.map((fact) => (
        <span key={fact} className={classes.fact}>
          {fact}
        </span>
      ))}
      {dialect.unknown_columns.length > 0 && (
        <span>{t('imports.unknown_columns', { columns: dialect.unknown_columns.join(', ') })}</span>
      )}
    </p>
  );
}
