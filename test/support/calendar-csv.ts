/** One row of the calendar below, before and after somebody has corrected it. */
type Broken = { line: number; code: string; corrected: string };

export const CALENDAR_HEADER = 'title,description,event_date,city,participants,local_info';

const LOCAL = '"{""location_name"": ""Auditório Central"", ""capacity"": 300}"';
type Written = { title?: string; date?: string; local?: string; city: string };
const row = (n: number, { title = `Evento ${n}`, date = dateOf(n), local = LOCAL, city }: Written) =>
  `${title},Descrição ${n},${date},${city},Alice;Bob,${local}`;
const dateOf = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 3_600_000).toISOString().slice(0, 19);

/** Six ways in which people break rows, and what each is called. */
const WAYS: { code: string; broken: (n: number, city: string) => string }[] = [
  { code: 'required', broken: (n, city) => row(n, { city, title: '' }) },
  { code: 'invalid_date', broken: (n, city) => row(n, { city, date: '31/02/2026 10:00' }) },
  { code: 'invalid_json', broken: (n, city) => row(n, { city, local: '"{""location_name"": "' }) },
  {
    code: 'out_of_range',
    broken: (n, city) => row(n, { city, local: '"{""location_name"": ""Sala"", ""capacity"": -1}"' }),
  },
  { code: 'too_many_cells', broken: (n, city) => row(n, { city, title: `Evento ${n}, com vírgula` }) },
  { code: 'too_long', broken: (n, city) => row(n, { city, title: 'x'.repeat(300) }) },
];

/** A calendar of so many rows, all different, of which so many, spread over it, are broken in six ways. */
export function calendarCsv(rows: number, broken: number, city = 'Recife'): { text: string; broken: Broken[] } {
  const step = broken === 0 ? Number.POSITIVE_INFINITY : Math.floor(rows / broken);
  const found: Broken[] = [];
  const lines = Array.from({ length: rows }, (_, index) => {
    const way = WAYS[found.length % WAYS.length];
    if (index % step !== step - 1 || found.length === broken || way === undefined) return row(index, { city });
    found.push({ line: index + 2, code: way.code, corrected: row(index, { city }) });
    return way.broken(index, city);
  });
  return { text: `${[CALENDAR_HEADER, ...lines].join('\n')}\n`, broken: found };
}

/** `failed.csv` as somebody sends it again who corrected each of its rows: `_line` tells which. */
export function correctedCsv(failedCsv: string, broken: readonly Broken[]): string {
  const [header = '', ...lines] = failedCsv.trimEnd().split('\n');
  const corrected = new Map(broken.map((one) => [one.line, one.corrected]));
  return [
    header,
    ...lines.map((line) => {
      const [, notes = '', number = ''] = /^(("?(\d+)"?),(?:"(?:[^"]|"")*"|[^,"]*),)/.exec(line)?.slice(0) ?? [];
      const own = /\d+/.exec(number)?.[0] ?? '';
      return `${notes}${corrected.get(Number(own)) ?? ''}`;
    }),
  ].join('\n');
}
