import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeJsonFile } from '../s3/json-file.ts';

export type ParameterType = 'String' | 'StringList' | 'SecureString';

export type Parameter = z.infer<typeof parameter>;

export type ParameterStore = {
  get: (name: string) => Parameter | undefined;
  all: () => Parameter[];
  /** Writes the next version, and has it on disk when it resolves. */
  set: (name: string, value: string, type: ParameterType, now: Date) => Promise<Parameter>;
  delete: (name: string) => Promise<boolean>;
};

const parameter = z.object({
  name: z.string(),
  value: z.string(),
  type: z.enum(['String', 'StringList', 'SecureString']),
  version: z.int().positive(),
  modified: z.iso.datetime(),
});

/** The parameters in `file`, each in its latest version. */
export async function openParameterStore(file: string): Promise<ParameterStore> {
  const stored = z.array(parameter).parse(JSON.parse(await readIfThere(file)));
  const parameters = new Map(stored.map((each) => [each.name, each]));
  let saved: Promise<void> = Promise.resolve();
  // One write after the other, each with everything known by then: the last one to land is the newest.
  const save = (): Promise<void> => {
    saved = saved.catch(() => undefined).then(() => writeJsonFile(file, [...parameters.values()]));
    return saved;
  };
  return {
    get: (name) => parameters.get(name),
    all: () => [...parameters.values()],
    async set(name, value, type, now) {
      const version = (parameters.get(name)?.version ?? 0) + 1;
      const next = { name, value, type, version, modified: now.toISOString() };
      parameters.set(name, next);
      await save();
      return next;
    },
    async delete(name) {
      const existed = parameters.delete(name);
      if (existed) await save();
      return existed;
    },
  };
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '[]';
    throw error;
  }
}
