import type * as z from 'zod';
import type { Problem } from '../../contract/problem.ts';
import type { Language } from '../downloads/download.ts';
import { EVENT_REFUSALS, type EventRefusal } from '../events/check-event.ts';

export type FieldErrors = NonNullable<Problem['errors']>;

/** What a schema found wrong, field by field, in the reader's language. */
export function errorsOf(issues: readonly z.core.$ZodIssue[], language: Language): FieldErrors {
  return issues.map((issue) => ({ field: fieldOf(issue), code: issue.code, message: messageOf(issue)[language] }));
}

/** What was found wrong with an event of the right shape. */
export function refusalErrors(refusals: readonly EventRefusal[], language: Language): FieldErrors {
  return refusals.map(({ field, code }) => ({ field, code, message: EVENT_REFUSALS[code][language] }));
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : '';
  return [...issue.path.map(String), ...(unknown === '' ? [] : [unknown])].join('.') || '(body)';
}

function messageOf(issue: z.core.$ZodIssue): Record<Language, string> {
  switch (issue.code) {
    case 'invalid_type':
      return {
        pt: `Falta este campo, ou ele não é do tipo certo (${issue.expected}).`,
        en: `The field is missing, or not of the right type (${issue.expected}).`,
      };
    case 'too_small':
      return { pt: `Deve ter no mínimo ${issue.minimum}.`, en: `At least ${issue.minimum}.` };
    case 'too_big':
      return { pt: `Pode ter no máximo ${issue.maximum}.`, en: `At most ${issue.maximum}.` };
    case 'unrecognized_keys':
      return { pt: 'Este campo não existe.', en: 'There is no such field.' };
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return { pt: `Valores possíveis: ${values}.`, en: `Possible values: ${values}.` };
    }
    case 'invalid_format':
      return { pt: 'O formato não é o esperado.', en: 'Not of the expected format.' };
    default:
      return { pt: 'Este valor não serve.', en: issue.message };
  }
}
