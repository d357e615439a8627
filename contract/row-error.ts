import * as z from 'zod';

/** What is wrong with one row, in the words people read; `{…}` is filled in. */
export const rowErrors = {
  required: { pt: 'Está vazio, mas é obrigatório.', en: 'It is empty, but required.' },
  too_short: {
    pt: 'É curto demais: precisa de {limit} caracteres ou mais.',
    en: 'It is too short: {limit} characters or more are needed.',
  },
  too_long: { pt: 'É longo demais: no máximo {limit} caracteres.', en: 'It is too long: at most {limit} characters.' },
  too_many: { pt: 'São itens demais: no máximo {limit}.', en: 'There are too many: at most {limit}.' },
  out_of_range: {
    pt: 'O número está fora do permitido, de 0 a 10.000.000.',
    en: 'The number is out of range: 0 to 10,000,000.',
  },
  invalid_number: { pt: 'Não é um número inteiro.', en: 'It is not a whole number.' },
  invalid_boolean: { pt: 'Não é sim nem não.', en: 'It is neither yes nor no.' },
  invalid_text: { pt: 'Não é um texto.', en: 'It is not a text.' },
  invalid_list: { pt: 'Não é uma lista de textos.', en: 'It is not a list of texts.' },
  invalid_date: {
    pt: 'Não é uma data conhecida. Use 2025-07-01T10:00:00 ou 01/07/2025 10:00.',
    en: 'It is no known date. Use 2025-07-01T10:00:00 or 01/07/2025 10:00.',
  },
  invalid_json: {
    pt: 'Não é um objeto JSON. Deixe vazio ou use {"location_name": "…"}.',
    en: 'It is not a JSON object. Leave it empty or use {"location_name": "…"}.',
  },
  unknown_field: { pt: 'Este campo não existe.', en: 'There is no such field.' },
  control_characters: { pt: 'Contém caracteres de controle.', en: 'It has control characters.' },
  invalid_value: { pt: 'O valor não é válido.', en: 'The value is not valid.' },
  too_many_cells: {
    pt: 'A linha tem {found} células e o cabeçalho {limit}: ponha entre aspas o texto que contém o separador.',
    en: 'The row has {found} cells and the header {limit}: put text that has the delimiter in quotes.',
  },
  stray_quote: {
    pt: 'Há aspas soltas dentro de uma célula entre aspas: escreva-as em dobro ("").',
    en: 'A quoted cell has a lone quote inside: write it doubled ("").',
  },
  unterminated_quote: {
    pt: 'As aspas abertas nesta linha nunca se fecham.',
    en: 'The quote opened in this row is never closed.',
  },
  event_too_large: {
    pt: 'O evento ocupa mais de {limit} bytes.',
    en: 'The event takes more than {limit} bytes.',
  },
  more_errors: { pt: 'E mais {found} erros nesta linha.', en: 'And {found} more errors in this row.' },
  changed_since_plan: {
    pt: 'O evento mudou desde a simulação. Simule de novo.',
    en: 'The event has changed since the dry run. Run it again.',
  },
  record_too_long: { pt: 'A linha tem mais de 1 MB.', en: 'The row is larger than 1 MB.' },
} as const satisfies Record<string, { pt: string; en: string }>;

export type RowErrorCode = keyof typeof rowErrors;

export const isRowErrorCode = (code: unknown): code is RowErrorCode =>
  typeof code === 'string' && Object.hasOwn(rowErrors, code);

/** What is wrong, in the words people read. */
export const rowErrorMessage = (code: RowErrorCode, numbers: Record<string, number>, language: 'pt' | 'en'): string =>
  rowErrors[code][language].replace(/\{(\w+)\}/g, (_found, name: string) => String(numbers[name]));

/** One mistake of one row. */
export const rowError = z
  .object({
    line: z.int().min(1).meta({ description: 'The physical line where the row starts; the header is usually 1.' }),
    column: z.string().nullable().meta({ example: 'local_info.capacity', description: 'null: the row as a whole.' }),
    code: z.custom<RowErrorCode>(isRowErrorCode).meta({ type: 'string', enum: Object.keys(rowErrors) }),
    message: z.string(),
    value: z.string().meta({ description: 'What was there, at most 200 characters.' }),
    numbers: z
      .record(z.string(), z.number())
      .optional()
      .meta({ description: 'What stands in the message for `{limit}` and `{found}`, for who words it himself.' }),
  })
  .meta({ id: 'RowError' });
export type RowError = z.infer<typeof rowError>;
