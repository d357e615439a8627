import { downloadFailures } from '../../contract/download-failure.ts';
import { MAX_URL_LENGTH } from '../../contract/routes.ts';
import type { Language } from '../downloads/download.ts';
import { isForbiddenHost } from '../media/address-guard.ts';
import { type HostRules, isAllowedHost } from '../media/host-rules.ts';

const refusals = {
  url_too_long: {
    pt: `O endereço pode ter no máximo ${MAX_URL_LENGTH} caracteres.`,
    en: `The address may have at most ${MAX_URL_LENGTH} characters.`,
  },
  url_invalid: { pt: 'Isto não é um endereço (URL).', en: 'This is not an address (URL).' },
  url_not_http: {
    pt: 'O endereço deve começar com http:// ou https://.',
    en: 'The address must begin with http:// or https://.',
  },
  url_has_credentials: {
    pt: 'O endereço não pode conter usuário nem senha.',
    en: 'The address must not contain a user or a password.',
  },
  url_private: {
    pt: 'O endereço aponta para uma rede privada.',
    en: 'The address points into a private network.',
  },
  host_not_allowed: downloadFailures.host_not_allowed,
} as const satisfies Record<string, Record<Language, string>>;

export type UrlRefusal = { field: 'url'; code: keyof typeof refusals; message: string };

export type UrlRules = { allowPrivateSources: boolean; hosts: HostRules };

/** Why an address cannot be downloaded from, as far as it shows without asking DNS; null when it may be tried. */
export function refuseUrl(url: string, rules: UrlRules, language: Language): UrlRefusal | null {
  const code = refusalOf(url, rules);
  return code === null ? null : { field: 'url', code, message: refusals[code][language] };
}

function refusalOf(url: string, { allowPrivateSources, hosts }: UrlRules): keyof typeof refusals | null {
  if (url.length > MAX_URL_LENGTH) return 'url_too_long';
  if (!URL.canParse(url)) return 'url_invalid';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'url_not_http';
  if (username !== '' || password !== '') return 'url_has_credentials';
  if (!allowPrivateSources && isForbiddenHost(hostname)) return 'url_private';
  if (!isAllowedHost(hostname, hosts)) return 'host_not_allowed';
  return null;
}
