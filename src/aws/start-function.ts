import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** Starts a function with an input and does not wait for it: resolves when Lambda has accepted the invocation. */
export function startFunction(FunctionName: string): (input: object) => Promise<void> {
  const client = new LambdaClient({});
  return async (input) => {
    const Payload = JSON.stringify(input);
    await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
  };
}
