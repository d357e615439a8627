import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { NodeFunction } from './node-function.ts';
import { grantWildcard } from './wildcard-grant.ts';

type Keys = { partitionKey: string; sortKey?: string };
/** A table of `contract/tables.ts`. */
type TableKeys = Keys & { ttl: string; indexes: Record<string, Keys> };

type KeyedTableProps<T extends TableKeys> = {
  keys: T;
  /** Kept when the stack goes, and not deletable by mistake. */
  retain: boolean;
  pointInTimeRecovery?: boolean;
  stream?: boolean;
};

type ItemAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** An on-demand table with the keys of its contract, whose grants name each action and each index. */
export class KeyedTable<T extends TableKeys> extends Table {
  constructor(
    scope: Construct,
    id: string,
    { keys, retain, pointInTimeRecovery = false, stream = false }: KeyedTableProps<T>,
  ) {
    super(scope, id, {
      ...schema(keys),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: keys.ttl,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(stream ? { stream: StreamViewType.NEW_IMAGE } : {}),
    });
    for (const [indexName, index] of Object.entries(keys.indexes)) {
      this.addGlobalSecondaryIndex({ indexName, ...schema(index), projectionType: ProjectionType.KEYS_ONLY });
    }
  }

  /** These actions on the table itself. A transaction needs those of the writes it is made of. */
  grantItems(grantee: IGrantable, ...actions: ItemAction[]): void {
    Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [this.tableArn],
    });
  }

  /** The stream's own name; throws for a table without one. */
  get streamArn(): string {
    if (this.tableStreamArn === undefined) throw new Error(`${this.node.path} has no stream.`);
    return this.tableStreamArn;
  }

  /** What Lambda needs to read the stream for a function. */
  grantStreamTo(fn: NodeFunction): void {
    Grant.addToPrincipal({
      grantee: fn,
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resourceArns: [this.streamArn],
    });
    grantWildcard(fn.executionRole, {
      actions: ['dynamodb:ListStreams'],
      resource: '*',
      reason: 'Lambda asks for this action, and AWS knows no resource for it.',
    });
  }

  /** Queries of these indexes alone. */
  grantIndexes(grantee: IGrantable, ...indexes: (keyof T['indexes'] & string)[]): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: indexes.map((index) => `${this.tableArn}/index/${index}`),
    });
  }
}

function schema({ partitionKey, sortKey }: Keys): { partitionKey: Attribute; sortKey?: Attribute } {
  const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
  return { partitionKey: text(partitionKey), ...(sortKey === undefined ? {} : { sortKey: text(sortKey) }) };
}
