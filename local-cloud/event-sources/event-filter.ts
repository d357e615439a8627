/** A filter pattern of an event source mapping, as JSON. */
export type FilterPattern = { [key: string]: unknown };

type Matcher = (value: unknown) => boolean;

/** The pattern of a template's `FilterCriteria`. Throws for what is no JSON object, or uses an operator Lambda does not have. */
export function parseFilterPattern(json: string): FilterPattern {
  const pattern: unknown = JSON.parse(json);
  if (!isObject(pattern)) throw new Error(`The filter pattern is no JSON object: ${json}`);
  compileFilter(pattern);
  return pattern;
}

/** Whether the record passes the filter. Throws for a pattern that is not understood. */
export function matchesFilter(pattern: FilterPattern, record: unknown): boolean {
  return compileFilter(pattern)(record);
}

/** The pattern as a function. Throws at once, by name, for an operator that is not known, wherever in the pattern it stands. */
export function compileFilter(pattern: FilterPattern): Matcher {
  return compileObject(pattern);
}

/** Passes what any of the filters passes; everything when there is none. */
export function anyFilter(patterns: FilterPattern[]): Matcher {
  const matchers = patterns.map(compileFilter);
  return (record) => matchers.length === 0 || matchers.some((matches) => matches(record));
}

function compileObject(pattern: FilterPattern): Matcher {
  const rules = Object.entries(pattern).map(([key, rule]): Matcher => {
    if (key === '$or') return compileOr(rule);
    const matches = compileRule(key, rule);
    return (value) => matches(isObject(value) ? value[key] : undefined);
  });
  const all: Matcher = (value) => rules.every((matches) => matches(value));
  return (value) => (Array.isArray(value) ? value.some(all) : all(value));
}

function compileOr(alternatives: unknown): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isObject))
    throw new Error('The filter operator "$or" takes a list of at least two patterns');
  const matchers = alternatives.map(compileObject);
  return (value) => matchers.some((matches) => matches(value));
}

function compileRule(key: string, rule: unknown): Matcher {
  if (isObject(rule)) return compileObject(rule);
  if (!Array.isArray(rule) || rule.length === 0)
    throw new Error(`The filter for "${key}" must be a list of values, or a pattern of its own`);
  const choices: Matcher[] = rule.map((choice: unknown) => compileChoice(key, choice));
  return (value) => choices.some((matches) => matches(value));
}

function compileChoice(key: string, choice: unknown): Matcher {
  if (isScalar(choice)) return some((value) => value === choice);
  const [operator, ...others] = isObject(choice) ? Object.entries(choice) : [];
  if (operator === undefined || others.length > 0)
    throw new Error(`The filter for "${key}" has a choice that is neither a value nor one operator`);
  return compileOperator(...operator);
}

function compileOperator(operator: string, operand: unknown): Matcher {
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw misused(operator, 'true or false');
      return (value) => (value !== undefined) === operand;
    case 'prefix':
      return text(operator, operand, (value, prefix) => value.startsWith(prefix));
    case 'suffix':
      return text(operator, operand, (value, suffix) => value.endsWith(suffix));
    case 'equals-ignore-case':
      return text(operator, operand, (value, other) => value.toLowerCase() === other.toLowerCase());
    case 'anything-but':
      return anythingBut(operand);
    case 'numeric':
      return numeric(operand);
    default:
      throw new Error(`The filter operator "${operator}" is not known`);
  }
}

/** A list matches when one of its elements does. */
function some(matches: (value: unknown) => boolean): Matcher {
  return (value) => (Array.isArray(value) ? value.some(matches) : value !== undefined && matches(value));
}

function text(operator: string, operand: unknown, matches: (value: string, operand: string) => boolean): Matcher {
  if (typeof operand !== 'string') throw misused(operator, 'a string');
  return some((value) => typeof value === 'string' && matches(value, operand));
}

function anythingBut(operand: unknown): Matcher {
  if (isObject(operand)) {
    const { prefix, ...others } = operand;
    const [other] = Object.keys(others);
    if (other !== undefined) throw new Error(`The filter operator "anything-but" with "${other}" is not known`);
    if (typeof prefix !== 'string') throw misused('anything-but', 'values, or {"prefix": …}');
    return some((value) => typeof value !== 'string' || !value.startsWith(prefix));
  }
  const refused: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (refused.length === 0 || !refused.every(isScalar)) throw misused('anything-but', 'values, or {"prefix": …}');
  return some((value) => !refused.some((one) => one === value));
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: unknown): Matcher {
  const parts: unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4)
    throw misused('numeric', 'one or two pairs of a comparison and a number');
  const checks: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const comparison = parts[index];
    const bound = parts[index + 1];
    const compare = typeof comparison === 'string' ? COMPARISONS[comparison] : undefined;
    if (compare === undefined) throw new Error(`The numeric comparison ${JSON.stringify(comparison)} is not known`);
    if (typeof bound !== 'number') throw misused('numeric', 'numbers as bounds');
    checks.push((value) => compare(value, bound));
  }
  return some((value) => typeof value === 'number' && checks.every((check) => check(value)));
}

function misused(operator: string, takes: string): Error {
  return new Error(`The filter operator "${operator}" takes ${takes}`);
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
