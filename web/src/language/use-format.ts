import { useTranslation } from 'react-i18next';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
const DAY_MS = 24 * 60 * 60_000;

/** Numbers, sizes, dates and times as the reader's language writes them. */
export function useFormat() {
  const { i18n } = useTranslation();
  return formatsIn(i18n.language);
}

const known = new Map<string, Format>();

/** Made once for all: making one costs more than drawing what it is for. */
export function formatsIn(locale: string): Format {
  const formats = known.get(locale) ?? formatsOf(locale);
  known.set(locale, formats);
  return formats;
}

export type Format = ReturnType<typeof formatsOf>;

function formatsOf(locale: string) {
  const whole = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const shortDays = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const hours = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const utcDays = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'numeric', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

  const inUnit = new Map<string, Intl.NumberFormat>();
  function unit(value: number, name: string, unitDisplay: 'short' | 'narrow', maximumFractionDigits: number): string {
    const key = `${name} ${maximumFractionDigits}`;
    const options = { style: 'unit', unit: name, unitDisplay, maximumFractionDigits } as const;
    const formats = inUnit.get(key) ?? new Intl.NumberFormat(locale, options);
    inUnit.set(key, formats);
    return formats.format(value);
  }

  function inUnits(count: number, per: string): string {
    const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(count, 1)) / 3), 0), UNITS.length - 1);
    const value = count / 1000 ** step;
    return unit(value, `${UNITS[step]}${per}`, 'short', value < 10 && step > 0 ? 1 : 0);
  }

  /** 3725 → "1h 2min". */
  function span(seconds: number): string {
    const rounded = Math.max(0, Math.round(seconds));
    const parts: [number, string][] = [
      [Math.floor(rounded / 86_400), 'day'],
      [Math.floor((rounded % 86_400) / 3600), 'hour'],
      [Math.floor((rounded % 3600) / 60), 'minute'],
      [rounded % 60, 'second'],
    ];
    const first = parts.findIndex(([value]) => value > 0);
    if (first < 0) return unit(0, 'second', 'narrow', 0);
    return parts
      .slice(first, first + 2)
      .filter(([value]) => value > 0)
      .map(([value, name]) => unit(value, name, 'narrow', 0))
      .join(' ');
  }

  return {
    count: (value: number) => whole.format(value),
    short: (value: number) => compact.format(value),
    percent: (value: number) => percents.format(Math.floor(value) / 100),
    bytes: (count: number) => inUnits(count, ''),
    speed: (count: number) => inUnits(count, '-per-second'),
    span,
    /** 3725 → "1:02:05", as players write it. */
    length(seconds: number): string {
      const rounded = Math.round(seconds);
      const two = (value: number) => String(value).padStart(2, '0');
      const hours = Math.floor(rounded / 3600);
      const minutes = Math.floor((rounded % 3600) / 60);
      return hours > 0 ? `${hours}:${two(minutes)}:${two(rounded % 60)}` : `${minutes}:${two(rounded % 60)}`;
    },
    shortDay: (moment: string | Date) => shortDays.format(new Date(moment)),
    day: (moment: string | Date) => days.format(new Date(moment)),
    moment: (moment: string | Date) => moments.format(new Date(moment)),
    time: (moment: string | Date) => clock.format(new Date(moment)),
    hour: (moment: string) => hours.format(new Date(moment)),
    /** "2026-11-23" → "23/11", wherever the reader is. */
    utcDay: (day: string) => utcDays.format(new Date(day)),
    ago(moment: string, now = Date.now()): string {
      const ms = Date.parse(moment) - now;
      if (Math.abs(ms) < 60_000) return relative.format(0, 'second');
      if (Math.abs(ms) < 60 * 60_000) return relative.format(Math.round(ms / 60_000), 'minute');
      if (Math.abs(ms) < DAY_MS) return relative.format(Math.round(ms / (60 * 60_000)), 'hour');
      return relative.format(Math.round(ms / DAY_MS), 'day');
    },
  };
}
