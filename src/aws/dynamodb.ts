import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What tables are opened on. */
export type Db = DynamoDBDocumentClient;

/** One client for all tables of a function. Undefined attributes are left out, never stored as null. */
export function dynamoDb(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });
}
