import * as z from 'zod';

/**
 * What a person can do about a failed download. `needs_cookies`: only somebody signed in at the source gets it;
 * `run_elsewhere`: this server's address is the obstacle, the same system at home may succeed.
 */
export const remedy = z.enum(['retry_now', 'retry_later', 'needs_cookies', 'run_elsewhere', 'never']);
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
  source_blocked: {
    pt: 'O site recusa o endereço deste servidor: pede prova de que não é um robô. Em outra rede, como a de casa, costuma funcionar.',
    en: "The site refuses this server's address: it asks for proof of not being a bot. From another network, such as one at home, it usually works.",
    remedy: 'run_elsewhere',
  },
  source_geo_blocked: {
    pt: 'O site não oferece este vídeo no país deste servidor.',
    en: "The site does not offer this video in this server's country.",
    remedy: 'run_elsewhere',
  },
  source_private: {
    pt: 'Este vídeo é privado ou só para membros; este servidor não entra com conta.',
    en: 'This video is private or for members only; this server does not sign in.',
    remedy: 'needs_cookies',
  },
  source_age_restricted: {
    pt: 'O site pede uma conta que comprove a idade; este servidor não entra com conta.',
    en: 'The site asks for an account that proves the age; this server does not sign in.',
    remedy: 'needs_cookies',
  },
  source_live: {
    pt: 'É uma transmissão ao vivo ou ainda não começou. Tente depois que ela terminar.',
    en: 'It is a live broadcast, or has not begun. Try when it has ended.',
    remedy: 'retry_later',
  },
  source_broken: {
    pt: 'O site mudou e este servidor já não o entende. Uma atualização costuma resolver.',
    en: 'The site has changed and this server no longer understands it. An update usually helps.',
    remedy: 'retry_later',
  },
  source_unsupported: {
    pt: 'Este servidor não sabe baixar deste endereço.',
    en: 'This server does not know how to download from this address.',
    remedy: 'never',
  },
  source_changed: {
    pt: 'O arquivo mudou na origem durante o download.',
    en: 'The file changed at the source during the download.',
    remedy: 'retry_now',
  },
  quality_not_available: {
    pt: 'A origem não oferece esta qualidade. Escolha outra.',
    en: 'The source does not offer this quality. Choose another.',
    remedy: 'never',
  },
  host_not_allowed: {
    pt: 'Este servidor não baixa deste site.',
    en: 'This server does not download from this site.',
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
  too_long: {
    pt: 'A mídia dura mais que o limite deste servidor.',
    en: "The media lasts longer than this server's limit.",
    remedy: 'never',
  },
  merge_failed: {
    pt: 'Não foi possível juntar a imagem e o som. Tente outra qualidade.',
    en: 'Picture and sound could not be put together. Try another quality.',
    remedy: 'retry_now',
  },
  source_not_resumable: {
    pt: 'A origem só envia o arquivo de uma vez, e ele não coube no tempo de uma execução.',
    en: 'The source sends the file only in one go, and it did not fit into the time of one run.',
    remedy: 'run_elsewhere',
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

export const isDownloadFailureCode = (code: unknown): code is DownloadFailureCode =>
  typeof code === 'string' && Object.hasOwn(downloadFailures, code);

const AVAILABLE = { pt: 'Disponíveis', en: 'Available' };

/** Why, and what could be asked for instead, in the words people read. */
export function downloadFailureMessage(
  code: DownloadFailureCode,
  choices: readonly string[],
  language: 'pt' | 'en',
): string {
  const message = downloadFailures[code][language];
  return choices.length === 0 ? message : `${message} ${AVAILABLE[language]}: ${choices.join(', ')}.`;
}
