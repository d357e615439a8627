import { locale } from './language.js';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** 1500 → "1,5 kB". */
export const bytes = (count) => inUnits(count, '');

/** 1500 → "1,5 kB/s". */
export const bytesPerSecond = (count) => inUnits(count, '-per-second');

/** 75.5 → "75,5%": always one decimal, or the text would change its width with each step. */
export const percent = (value) =>
  new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    value / 100,
  );

/** 75 → "1 min 15 s". */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return unit(0, 'second');
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, name]) => unit(count, name))
    .join(' ');
}

function inUnits(count, suffix) {
  const power = count < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return unit(value, `${UNITS[power]}${suffix}`, power > 0 && value < 100 ? 1 : 0);
}

function unit(value, name, digits = 0) {
  const options = { style: 'unit', unit: name, unitDisplay: name === 'byte' ? 'long' : 'short' };
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: digits }).format(value);
}
