import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CREDENTIALS, REGION, type AwsService } from '../aws-request.ts';
import { startEngine } from './engine.ts';
import { ensureTable } from './ensure-table.ts';
import { forwardTo, inThisRegion } from './forward.ts';
import { parseTableProperties } from './table-properties.ts';
import { sweepExpired } from './time-to-live.ts';

export type DynamoDb = {
  /** The engine's own address; it checks no signatures. */
  endpoint: string;
  /** DynamoDB and DynamoDB Streams, answered by the engine. */
  service: AwsService;
  /** Makes the table as its resolved AWS::DynamoDB::Table properties say, changing an existing one in place where AWS could. */
  ensureTable(tableName: string, properties: unknown): Promise<{ tableArn: string; streamArn?: string }>;
  /** Deletes what has expired in the tables that were ensured with a time to live; returns how many items. */
  sweepExpired(): Promise<number>;
  stop(): Promise<void>;
};

/** DynamoDB with its data in `dir`, or in memory without one; or the one that already runs at `endpoint`. */
export async function startDynamoDb(options: { dir?: string; endpoint?: string; now?: () => Date }): Promise<DynamoDb> {
  const engine = options.endpoint === undefined ? await startEngine(options.dir) : undefined;
  const endpoint = engine?.endpoint ?? options.endpoint ?? '';
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const forward = forwardTo(endpoint);
  const expiring = new Map<string, { ttlAttribute: string; keys: string[] }>();
  return {
    endpoint,
    service: forward.service,
    async ensureTable(tableName, properties) {
      const definition = parseTableProperties(tableName, properties);
      const { TableArn, LatestStreamArn, KeySchema = [] } = await ensureTable(client, definition);
      if (TableArn === undefined) throw new Error(`Table ${tableName} vanished while it was made.`);
      const keys = KeySchema.flatMap(({ AttributeName }) => AttributeName ?? []);
      if (definition.ttlAttribute === undefined) expiring.delete(tableName);
      else expiring.set(tableName, { ttlAttribute: definition.ttlAttribute, keys });
      const hasStream = definition.create.StreamSpecification !== undefined && LatestStreamArn !== undefined;
      return {
        tableArn: inThisRegion(TableArn),
        ...(hasStream && { streamArn: inThisRegion(LatestStreamArn) }),
      };
    },
    async sweepExpired() {
      let deleted = 0;
      for (const [tableName, table] of expiring) {
        deleted += await sweepExpired(client, { tableName, ...table }, options.now?.() ?? new Date());
      }
      return deleted;
    },
    async stop() {
      client.destroy();
      await forward.close();
      await engine?.stop();
    },
  };
}
