/** Why a template cannot run here: it names the resource, its type and the thing that is not supported. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
}
