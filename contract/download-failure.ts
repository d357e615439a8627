import * as z from 'zod';

/** What a person can do about a failed download. */
export const remedy = z.enum(['retry_now', 'retry_later', 'never']);
export type Remedy = z.infer<typeof remedy>;

type Failure = { pt: string; en: string; remedy: Remedy };

/** Why a download can fail, in the words people read. */
export const downloadFailures = {
  source_forbidden: {
    pt: 'Este endereço não é permitido: ele aponta para uma rede privada.',
    en: 'This address is not allowed: it points into a private network.',
    remedy: 'never',
  },
  source_not_found: {
    pt: 'O arquivo não existe na origem. Confira o endereço.',
    en: 'The source does not have this file. Check the address.',
    remedy: 'never',
  },
  source_refused: {
    pt: 'A origem recusou o acesso a este arquivo.',
    en: 'The source refused access to this file.',
    remedy: 'never',
  },
  source_rate_limited: {
    pt: 'A origem pediu para esperar: muitas requisições. Tente mais tarde.',
    en: 'The source asks to wait: too many requests. Try again later.',
    remedy: 'retry_later',
  },
  source_unavailable: {
    pt: 'A origem não respondeu como devia. Tente de novo mais tarde.',
    en: 'The source did not answer as it should. Try again later.',
    remedy: 'retry_later',
  },
  source_interrupted: {
    pt: 'A origem interrompeu a transferência antes do fim.',
    en: 'The source broke off the transfer before its end.',
    remedy: 'retry_now',
  },
  source_not_media: {
    pt: 'A origem respondeu com uma página, não com um arquivo de mídia.',
    en: 'The source answered with a page, not with a media file.',
    remedy: 'never',
  },
  source_empty: {
    pt: 'O arquivo da origem está vazio.',
    en: "The source's file is empty.",
    remedy: 'never',
  },
  too_many_redirects: {
    pt: 'A origem redireciona sem fim.',
    en: 'The source redirects without end.',
    remedy: 'never',
  },
  too_large: {
    pt: 'O arquivo é maior que o limite deste servidor.',
    en: "The file is larger than this server's limit.",
    remedy: 'never',
  },
  too_slow: {
    pt: 'A origem é lenta demais: o download não terminou no tempo de uma execução.',
    en: 'The source is too slow: the download did not end within the time of one run.',
    remedy: 'retry_later',
  },
  gave_up: {
    pt: 'Várias tentativas falharam sem avançar; o download foi encerrado.',
    en: 'Several attempts failed without progress; the download was ended.',
    remedy: 'retry_later',
  },
  deleted: {
    pt: 'O download foi apagado.',
    en: 'The download was deleted.',
    remedy: 'never',
  },
} as const satisfies Record<string, Failure>;

export type DownloadFailureCode = keyof typeof downloadFailures;
