import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Answer = { Items?: unknown[]; Count?: number; Responses?: Record<string, unknown[]>; Item?: unknown };

/** The same client, and what is asked of it: each request's name with how many items came back or were counted. */
export function recordedRequests(db: DynamoDBDocumentClient): { db: DynamoDBDocumentClient; requests: string[] } {
  const requests: string[] = [];
  const send = async (command: { constructor: { name: string } }) => {
    const answer = (await db.send(command as never)) as Answer;
    const many = answer.Count ?? Object.values(answer.Responses ?? {}).flat().length;
    requests.push(`${command.constructor.name} ${answer.Item === undefined ? many : 1}`);
    return answer;
  };
  const recorded = new Proxy(db, { get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)) });
  return { db: recorded, requests };
}
