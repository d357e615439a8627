import { expect, test } from 'vitest';
import en from '../../web/src/language/en.json' with { type: 'json' };
import pt from '../../web/src/language/pt-BR.json' with { type: 'json' };

type Texts = { [key: string]: string | Texts };

/** Each text's name with what is filled into it. */
const namesOf = (texts: Texts, path = ''): string[] =>
  Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string'
      ? `${path}${key} ${(text.match(/\{\{\w+\}\}/g) ?? []).sort().join(' ')}`
      : namesOf(text, `${path}${key}.`),
  );

test('what is said in one language is said in the other, with the same filled in', () => {
  expect(namesOf(en)).toEqual(namesOf(pt));
});
