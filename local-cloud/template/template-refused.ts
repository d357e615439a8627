/** Why a template cannot run here: it names the resource, its type and the thing that is not supported. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
}

/** Runs `act`, and says whose fault it was when it throws. */
export function blaming<T>(owner: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof TemplateRefused || !(error instanceof Error)) throw error;
    throw new TemplateRefused(`${owner}: ${error.message}`, { cause: error });
  }
}
