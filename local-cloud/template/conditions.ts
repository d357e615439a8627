import { TemplateRefused } from './template-refused.ts';

export function isRecord(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** Whether the named condition of a template holds. */
export function evaluateCondition(
  conditions: Record<string, unknown>,
  name: string,
  resolve: (node: unknown) => unknown,
): boolean {
  const visiting = new Set<string>();

  function named(name: string): boolean {
    if (!(name in conditions)) throw new TemplateRefused(`There is no condition ${name} in the template.`);
    if (visiting.has(name)) throw new TemplateRefused(`The condition ${name} refers to itself.`);
    visiting.add(name);
    const holds = expression(conditions[name], name);
    visiting.delete(name);
    return holds;
  }

  function expression(node: unknown, name: string): boolean {
    const [[key, argument] = ['', undefined], ...others] = isRecord(node) ? Object.entries(node) : [];
    if (others.length > 0) throw new TemplateRefused(`The condition ${name} holds several functions at once.`);
    if (key === 'Condition') return named(String(argument));
    const parts: unknown[] = Array.isArray(argument) ? argument : [argument];
    switch (key) {
      case 'Fn::Equals': {
        const [left, right] = parts.map((part) => JSON.stringify(asText(resolve(part))));
        return left === right;
      }
      case 'Fn::Not':
        return !expression(parts[0], name);
      case 'Fn::And':
        return parts.every((part) => expression(part, name));
      case 'Fn::Or':
        return parts.some((part) => expression(part, name));
      default:
        throw new TemplateRefused(
          `The condition ${name} uses ${key || JSON.stringify(node)}, which the local cloud does not know.`,
        );
    }
  }

  return named(name);
}

/** CloudFormation compares `true` and `"true"` as equal. */
function asText(value: unknown): unknown {
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}
