import { createHash, createHmac } from 'node:crypto';
import { Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { CREDENTIALS, REGION } from '../aws-request.ts';
import { canonicalRequest } from '../signature/canonical-request.ts';
import { scopeText, signingKey } from '../signature/signing-key.ts';

const TIMEOUT_MS = 10_000;

const streamRecord = z.looseObject({
  eventID: z.string().optional(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  userIdentity: z.object({ Type: z.string().optional(), PrincipalId: z.string().optional() }).nullish(),
  dynamodb: z.looseObject({
    SequenceNumber: z.string(),
    Keys: z.record(z.string(), z.unknown()).optional(),
    ApproximateCreationDateTime: z.number().optional(),
  }),
});
export type StreamRecord = z.infer<typeof streamRecord>;

const shard = z.object({ ShardId: z.string(), ParentShardId: z.string().optional() });
export type Shard = z.infer<typeof shard>;
const description = z.object({
  StreamDescription: z.object({ Shards: z.array(shard).optional(), LastEvaluatedShardId: z.string().nullish() }),
});
const shardIterator = z.object({ ShardIterator: z.string() });
const page = z.object({ Records: z.array(streamRecord), NextShardIterator: z.string().nullish() });

export type IteratorPosition =
  | { ShardIteratorType: 'TRIM_HORIZON' | 'LATEST' }
  | { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER'; SequenceNumber: string };

/** A refusal by the Streams API, by the name AWS has for it. */
export class StreamsError extends Error {
  override readonly name = 'StreamsError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export type StreamsClient = {
  shards(streamArn: string): Promise<Shard[]>;
  iterator(streamArn: string, shardId: string, position: IteratorPosition): Promise<string>;
  /** `next` is null when the shard has ended. */
  records(iterator: string, limit: number): Promise<{ records: StreamRecord[]; next: string | null }>;
  close(): void;
};

/**
 * The DynamoDB Streams API. Not the SDK's client: a mapping asks ten times a second, for ever, and this takes less than
 * half of the SDK's CPU time; besides, what the API sends is already what Lambda hands on.
 */
export function streamsClient(endpoint: string, signal: AbortSignal): StreamsClient {
  const agent = new Agent({ keepAlive: true });

  async function call<S extends z.ZodType>(operation: string, input: object, answer: S): Promise<z.infer<S>> {
    const body = JSON.stringify(input);
    const target = `DynamoDBStreams_20120810.${operation}`;
    const options = { agent, signal, method: 'POST', headers: signedHeaders(new URL(endpoint).host, target, body) };
    const request = httpRequest(endpoint, options);
    const response = await answerTo(request.end(body));
    const json: unknown = JSON.parse(await text(response));
    if (response.statusCode !== 200) throw refusal(json);
    return answer.parse(json);
  }

  return {
    async shards(StreamArn) {
      const all: Shard[] = [];
      let after: string | undefined;
      do {
        const input = { StreamArn, ...(after !== undefined && { ExclusiveStartShardId: after }) };
        const { StreamDescription } = await call('DescribeStream', input, description);
        all.push(...(StreamDescription.Shards ?? []));
        after = StreamDescription.LastEvaluatedShardId ?? undefined;
      } while (after !== undefined);
      return all;
    },
    async iterator(StreamArn, ShardId, position) {
      return (await call('GetShardIterator', { StreamArn, ShardId, ...position }, shardIterator)).ShardIterator;
    },
    async records(ShardIterator, Limit) {
      const { Records, NextShardIterator } = await call('GetRecords', { ShardIterator, Limit }, page);
      return { records: Records, next: NextShardIterator ?? null };
    },
    close: () => agent.destroy(),
  };
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('DynamoDB Streams did not answer in time')));
  });
}

function signedHeaders(host: string, target: string, body: string): Record<string, string> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = { host, 'x-amz-date': timestamp, 'x-amz-target': target };
  const scope = { date: timestamp.slice(0, 8), region: REGION, service: 'dynamodb' };
  const names = Object.keys(headers);
  const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
  const canonical = canonicalRequest(
    { method: 'POST', url: '/', headers },
    { service: scope.service, headers: names, payloadHash: sha256(body) },
  );
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scopeText(scope), sha256(canonical)].join('\n');
  const signature = createHmac('sha256', signingKey(scope)).update(toSign).digest('hex');
  const credential = `${CREDENTIALS.accessKeyId}/${scopeText(scope)}`;
  return {
    ...headers,
    'content-type': 'application/x-amz-json-1.0',
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function refusal(json: unknown): StreamsError {
  const error = z
    .object({ __type: z.string(), message: z.string().optional(), Message: z.string().optional() })
    .safeParse(json);
  if (!error.success) return new StreamsError('InternalServerError', JSON.stringify(json).slice(0, 500));
  const { __type, message, Message } = error.data;
  return new StreamsError(__type.slice(__type.lastIndexOf('#') + 1), message ?? Message ?? '');
}
