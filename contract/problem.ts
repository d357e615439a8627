import * as z from 'zod';

type Definition = { status: number; title: { pt: string; en: string } };

/** Every error an HTTP caller can meet, by the code a program switches on. */
export const problems = {
  invalid_json: {
    status: 400,
    title: { pt: 'O corpo da requisição não é JSON válido.', en: 'The request body is not valid JSON.' },
  },
  invalid_request: {
    status: 400,
    title: { pt: 'A requisição tem campos inválidos.', en: 'The request has invalid fields.' },
  },
  unauthorized: {
    status: 401,
    title: {
      pt: 'Falta o token de acesso, ou ele está errado (Authorization: Bearer …).',
      en: 'The access token is missing or wrong (Authorization: Bearer …).',
    },
  },
  origin_required: {
    status: 403,
    title: { pt: 'Use o endereço do site, não o da API.', en: "Use the site's address, not the API's own." },
  },
  not_found: { status: 404, title: { pt: 'Este caminho não existe.', en: 'This path does not exist.' } },
  download_not_found: { status: 404, title: { pt: 'Este download não existe.', en: 'This download does not exist.' } },
  event_not_found: { status: 404, title: { pt: 'Este evento não existe.', en: 'This event does not exist.' } },
  upload_not_found: {
    status: 404,
    title: { pt: 'Esta importação não existe.', en: 'This import does not exist.' },
  },
  no_file: {
    status: 400,
    title: { pt: 'Falta o arquivo: envie-o no campo “file”.', en: 'The file is missing: send it in the field “file”.' },
  },
  too_many_files: {
    status: 400,
    title: { pt: 'Envie um arquivo por vez.', en: 'Send one file at a time.' },
  },
  form_incomplete: {
    status: 400,
    title: {
      pt: 'O formulário chegou incompleto ou malformado. Envie de novo.',
      en: 'The form arrived incomplete or malformed. Send it again.',
    },
  },
  method_not_allowed: {
    status: 405,
    title: { pt: 'Este caminho não aceita este método.', en: 'This path does not take this method.' },
  },
  not_ready: {
    status: 409,
    title: { pt: 'O arquivo ainda não está pronto.', en: 'The file is not ready yet.' },
  },
  wrong_status: {
    status: 409,
    title: {
      pt: 'O estado atual do download não permite isto.',
      en: "The download's present status does not allow this.",
    },
  },
  upload_running: {
    status: 409,
    title: {
      pt: 'Uma importação com este nome ainda não terminou. Espere, cancele-a ou use outro upload_id.',
      en: 'An import of this name is not over yet. Wait, cancel it, or use another upload_id.',
    },
  },
  import_wrong_status: {
    status: 409,
    title: {
      pt: 'O estado atual da importação não permite isto.',
      en: "The import's present status does not allow this.",
    },
  },
  event_exists: {
    status: 409,
    title: {
      pt: 'Já existe um evento com este título, data e cidade.',
      en: 'There is already an event of this title, date and city.',
    },
  },
  version_conflict: {
    status: 409,
    title: {
      pt: 'O evento foi alterado por outra pessoa. Leia-o de novo.',
      en: 'The event was changed by somebody else. Read it again.',
    },
  },
  file_expired: {
    status: 410,
    title: {
      pt: 'O arquivo desta importação não está mais guardado.',
      en: 'The file of this import is no longer kept.',
    },
  },
  file_too_large: {
    status: 413,
    title: {
      pt: 'O arquivo tem mais de 4 MB. Peça um endereço em POST /uploads/presign e envie-o direto.',
      en: 'The file is larger than 4 MB. Ask POST /uploads/presign for an address and send it there.',
    },
  },
  payload_too_large: {
    status: 413,
    title: { pt: 'O corpo da requisição é grande demais.', en: 'The request body is too large.' },
  },
  unsupported_media_type: {
    status: 415,
    title: { pt: 'Envie JSON (content-type: application/json).', en: 'Send JSON (content-type: application/json).' },
  },
  multipart_required: {
    status: 415,
    title: {
      pt: 'Envie um formulário (multipart/form-data) com o arquivo no campo “file”.',
      en: 'Send a form (multipart/form-data) with the file in the field “file”.',
    },
  },
  idempotency_conflict: {
    status: 422,
    title: {
      pt: 'Esta Idempotency-Key já foi usada com outro corpo.',
      en: 'This Idempotency-Key was already used with another body.',
    },
  },
  not_inspectable: {
    status: 422,
    title: { pt: 'A origem não mostra este endereço.', en: 'The source does not show this address.' },
  },
  internal: {
    status: 500,
    title: { pt: 'Erro interno. Tente de novo em instantes.', en: 'Internal error. Try again shortly.' },
  },
} as const satisfies Record<string, Definition>;

export type ProblemCode = keyof typeof problems;

/** RFC 9457, with a code in each error of a field. */
export const problem = z
  .object({
    type: z.string().meta({ example: '/docs#invalid_request' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ example: 'invalid_request' }),
    detail: z.string().optional(),
    errors: z
      .array(
        z.object({
          field: z.string().meta({ example: 'url' }),
          code: z.string().meta({ example: 'url_not_http' }),
          message: z.string(),
        }),
      )
      .optional(),
    event_id: z.string().optional().meta({ description: 'Of `event_exists`: the one there is.' }),
    import_id: z.string().optional().meta({ description: 'Of `upload_running`: the one that runs.' }),
    version: z.int().optional().meta({ description: 'Of `version_conflict`: the present one.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
