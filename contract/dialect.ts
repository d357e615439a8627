import * as z from 'zod';

export const EVENT_COLUMNS = ['title', 'description', 'event_date', 'city', 'participants', 'local_info'] as const;
export const eventColumn = z.enum(EVENT_COLUMNS);
export type EventColumn = z.infer<typeof eventColumn>;

export const encoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']);
export type Encoding = z.infer<typeof encoding>;

export const dateStyle = z.enum(['iso', 'day_first', 'month_first']);
export type DateStyle = z.infer<typeof dateStyle>;

/** How one file is written, as it was detected; whoever knows it reads on from any border of rows. */
export const dialect = z
  .object({
    encoding,
    bom: z.boolean(),
    delimiter: z.enum([',', ';', '\t', '|']),
    newline: z.enum(['\n', '\r\n', '\r']).meta({ description: 'The first one; the others end lines too.' }),
    quote_escape: z.enum(['doubled', 'backslash']).meta({ description: 'A quote within a quoted cell: "" or \\".' }),
    date_style: dateStyle.meta({ description: 'How dates that are not ISO 8601 are read.' }),
    /** Where each known column is, counted from 0. */
    columns: z.partialRecord(eventColumn, z.int().min(0)),
    unknown_columns: z.array(z.string()).meta({ description: 'Read by nobody; the first 50.' }),
    width: z.int().min(1).meta({ description: 'Cells of the header.' }),
    header_from: z.int().min(0),
    rows_from: z.int().min(0),
    rows_line: z.int().min(2).meta({ description: 'The physical line where the first row starts.' }),
  })
  .meta({ id: 'Dialect' });
export type Dialect = z.infer<typeof dialect>;
