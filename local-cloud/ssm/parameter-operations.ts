import * as z from 'zod';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import type { Parameter, ParameterStore } from './parameter-store.ts';

/** A refusal of SSM's, by its name. */
export class ParameterRefused extends Error {
  override readonly name = 'ParameterRefused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Operation = (store: ParameterStore, input: unknown, now: Date) => Promise<Record<string, unknown>>;

const MAX_VALUE_BYTES = 4096;
const PAGE = 10;

const name = z
  .string()
  .max(1011)
  .regex(/^\/?[\w.-]+(\/[\w.-]+)*$/);
const selector = z.string().regex(/^[\w./-]+(:[\w.-]+)?$/);
const decryption = z.boolean().default(false);
const names = z.array(selector).min(1).max(10);

const putParameter = z.strictObject({
  Name: name,
  Value: z.string().min(1),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
  Description: z.string().optional(),
  Tier: z.enum(['Standard', 'Intelligent-Tiering']).optional(),
  DataType: z.literal('text').optional(),
});

/** What the local SSM answers, by operation; each refuses members it does not know. */
export const operations = new Map<string, Operation>([
  [
    'PutParameter',
    async (store, input, now) => {
      const { Name, Value, Type, Overwrite } = parse(putParameter, input);
      const existing = store.get(Name);
      if (existing !== undefined && !Overwrite) {
        throw new ParameterRefused('ParameterAlreadyExists', 'The parameter already exists. Overwrite must be true.');
      }
      if (Buffer.byteLength(Value) > MAX_VALUE_BYTES) {
        throw invalid(`Standard tier parameters support a maximum parameter value of ${MAX_VALUE_BYTES} characters.`);
      }
      const type = Type ?? existing?.type;
      if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
      const { version } = await store.set(Name, Value, type, now);
      return { Version: version, Tier: 'Standard' };
    },
  ],
  [
    'GetParameter',
    async (store, input) => {
      const { Name, WithDecryption } = parse(z.strictObject({ Name: selector, WithDecryption: decryption }), input);
      return { Parameter: described(find(store, Name), WithDecryption) };
    },
  ],
  [
    'GetParameters',
    async (store, input) => {
      const { Names, WithDecryption } = parse(z.strictObject({ Names: names, WithDecryption: decryption }), input);
      const found = Names.map((each) => ({ each, parameter: lookUp(store, each) }));
      return {
        Parameters: found.flatMap(({ parameter }) => (parameter ? [described(parameter, WithDecryption)] : [])),
        InvalidParameters: found.flatMap(({ each, parameter }) => (parameter ? [] : [each])),
      };
    },
  ],
  [
    'GetParametersByPath',
    async (store, input) => {
      const given = parse(
        z.strictObject({
          Path: z.string().startsWith('/'),
          Recursive: z.boolean().default(false),
          WithDecryption: decryption,
          MaxResults: z.int().min(1).max(PAGE).default(PAGE),
          NextToken: z.string().default(''),
        }),
        input,
      );
      const path = given.Path.endsWith('/') ? given.Path : `${given.Path}/`;
      const below = store
        .all()
        .filter((each) => each.name.startsWith(path))
        .filter((each) => given.Recursive || !each.name.slice(path.length).includes('/'))
        .filter((each) => each.name > given.NextToken)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = below.slice(0, given.MaxResults);
      const last = page.at(-1);
      return {
        Parameters: page.map((each) => described(each, given.WithDecryption)),
        ...(below.length > page.length && last && { NextToken: last.name }),
      };
    },
  ],
  [
    'DeleteParameter',
    async (store, input) => {
      const { Name } = parse(z.strictObject({ Name: name }), input);
      if (!(await store.delete(Name))) throw notFound(Name);
      return {};
    },
  ],
]);

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  return parsed.data;
}

function find(store: ParameterStore, selected: string): Parameter {
  const found = lookUp(store, selected);
  if (found === undefined) throw notFound(selected);
  return found;
}

/** `name` or `name:version`; only the latest version is kept. */
function lookUp(store: ParameterStore, selected: string): Parameter | undefined {
  const [name = '', version] = selected.split(':');
  const found = store.get(name);
  return version === undefined || String(found?.version) === version ? found : undefined;
}

/** Without decryption a SecureString is unreadable, as on AWS; here only encoded, for there is no KMS. */
function described(parameter: Parameter, decrypt: boolean): Record<string, unknown> {
  const isReadable = decrypt || parameter.type !== 'SecureString';
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: isReadable ? parameter.value : Buffer.from(`not decrypted: ${parameter.value}`).toString('base64'),
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.modified).getTime() / 1000,
    ARN: `arn:aws:ssm:${REGION}:${ACCOUNT_ID}:parameter/${parameter.name.replace(/^\//, '')}`,
    DataType: 'text',
  };
}

function invalid(message: string): ParameterRefused {
  return new ParameterRefused('ValidationException', message);
}

function notFound(name: string): ParameterRefused {
  return new ParameterRefused('ParameterNotFound', `Parameter ${name} not found.`);
}
