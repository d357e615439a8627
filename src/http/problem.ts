import { problems, type Problem, type ProblemCode } from '../../contract/problem.ts';
import type { Language } from '../downloads/download.ts';

/** Portuguese unless the caller prefers English. */
export function languageOf(acceptLanguage: string | null | undefined): Language {
  const first = /^\s*([a-z]{2})/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase();
  return first === 'en' ? 'en' : 'pt';
}

type FieldErrors = NonNullable<Problem['errors']>;
type More = { detail?: string; errors?: FieldErrors; event_id?: string; import_id?: string; version?: number };

/** An error as every caller of the HTTP API gets it. */
export function problemOf(code: ProblemCode, acceptLanguage: string | null | undefined, more: More = {}): Problem {
  const { status, title } = problems[code];
  return { type: `/docs#${code}`, title: title[languageOf(acceptLanguage)], status, code, ...more };
}

/** Thrown anywhere below the HTTP API; the edge turns it into its problem. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ProblemCode;
  readonly more: More;
  constructor(code: ProblemCode, more: More = {}) {
    super(more.detail ?? problems[code].title.en);
    this.code = code;
    this.more = more;
  }
}
