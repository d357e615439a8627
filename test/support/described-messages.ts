import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parseChannel } from '../../contract/channel.ts';
import { clientMessage } from '../../contract/client-message.ts';

type Ref = { $ref: string };
/** What these tests read of an AsyncAPI document. */
export type AsyncApiDocument = {
  channels: Record<string, { address: string }>;
  operations: Record<string, { action: 'send' | 'receive'; channel: Ref; messages: Ref[] }>;
};

/** What a document says of the messages of its channels. */
export type DescribedMessages = {
  /** Why this is none of the messages that somebody at `path` may hear, who said `said` before; null when it is one. */
  objection(path: string, said: readonly string[], message: { type: string }): string | null;
};

const documents = new Map<string, Promise<DescribedMessages>>();

/** By the document the application serves itself, read once for each. */
export function describedBy(appUrl: string): Promise<DescribedMessages> {
  const known = documents.get(appUrl);
  if (known !== undefined) return known;
  const reading = fetch(`${appUrl}/asyncapi.json`).then(async (response) => {
    if (!response.ok) throw new Error(`/asyncapi.json answered ${response.status}`);
    return describedMessages((await response.json()) as AsyncApiDocument);
  });
  documents.set(appUrl, reading);
  // Asked again: the application may have been killed meanwhile, as tests do.
  reading.catch(() => documents.delete(appUrl));
  return reading;
}

/** Knows the schemas of a document as `asyncapi#/components/schemas/…`. */
export function schemasOf(document: object): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  // Its pattern says as much.
  ajv.addFormat('ulid', true);
  return ajv.addSchema(document, 'asyncapi');
}

export function describedMessages(document: AsyncApiDocument): DescribedMessages {
  const ajv = schemasOf(document);
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (ref: string) => {
    const validator = compiled.get(ref) ?? ajv.compile({ $ref: `asyncapi${payloadRef(document, ref)}` });
    compiled.set(ref, validator);
    return validator;
  };
  const heardOn = (key: string) =>
    Object.values(document.operations)
      .filter(({ action, channel }) => action === 'send' && channel.$ref === `#/channels/${key}`)
      .flatMap(({ messages }) => messages.map(({ $ref }) => $ref));

  return {
    objection(path, said, message) {
      const keys = [channelAt(document, path), ...said.flatMap(subscribedTo)];
      const refs = keys.flatMap(heardOn).filter((ref) => ref.endsWith(`/${message.type}`));
      if (refs.length === 0) return `no message of ${keys.join(', ')} is called ${message.type}`;
      const validators = refs.map(validatorOf);
      if (validators.some((validate) => validate(message))) return null;
      return ajv.errorsText(validators[0]?.errors, { dataVar: message.type });
    },
  };
}

/** `/downloads/queue/stream` is never a download that is called queue. */
function channelAt({ channels }: AsyncApiDocument, path: string): string {
  const plain = path.replace(/\?.*/, '').replace(/^\/api\/v1/, '');
  const fits = (address: string) => new RegExp(`^${address.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain);
  const all = Object.entries(channels);
  const found = all.find(([, { address }]) => address === plain) ?? all.find(([, { address }]) => fits(address));
  if (found === undefined) throw new Error(`AsyncAPI has no channel at ${path}`);
  return found[0];
}

/** The channels of the document that a client's message adds to what it hears. */
function subscribedTo(said: string): string[] {
  if (!said.startsWith('{')) return [];
  const message = clientMessage.safeParse(JSON.parse(said));
  if (!message.success || message.data.type !== 'subscribe') return [];
  const kind = parseChannel(message.data.channel)?.kind;
  if (kind === undefined) return [];
  // They have no path of their own: a dashboard's listener asks for them.
  return [kind === 'deltas' ? 'dashboard' : kind];
}

/** Channel's message → component's message → its payload. */
function payloadRef(document: AsyncApiDocument, ref: string): string {
  const { $ref } = at(document, ref) as Ref;
  return (at(document, $ref) as { payload: Ref }).payload.$ref;
}

const at = (document: unknown, ref: string): unknown =>
  ref
    .slice('#/'.length)
    .split('/')
    .reduce((value, key) => (value as Record<string, unknown>)[key], document);
