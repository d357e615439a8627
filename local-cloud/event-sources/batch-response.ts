import * as z from 'zod';

const batchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * Which items a function that reports them says it failed on. `all` where its answer cannot be trusted: it is malformed,
 * or names an item that was not in the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedItems(payload: string, sent: Set<string>): 'all' | Set<string> {
  const parsed = batchResponse.safeParse(parseJson(payload));
  if (!parsed.success) return 'all';
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  return [...failed].every((identifier) => sent.has(identifier)) ? failed : 'all';
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return Number.NaN;
    throw error;
  }
}
