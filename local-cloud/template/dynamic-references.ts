/** Puts the values of `{{resolve:ssm:NAME}}` in their places; `refuse` hears of every other kind. */
export function resolveDynamicReferences(
  text: string,
  parameter: (name: string) => string | undefined,
  refuse: (what: string) => never,
): string {
  if (!text.includes('{{resolve:')) return text;
  return text.replaceAll(/\{\{resolve:([^:}]+):([^}]*)\}\}/g, (whole, service: string, rest: string) => {
    if (service !== 'ssm') refuse(`the dynamic reference ${whole} is not supported by the local cloud.`);
    const name = rest.replace(/:\d+$/, '');
    return parameter(name) ?? refuse(`there is no SSM parameter ${name} for ${whole}.`);
  });
}
