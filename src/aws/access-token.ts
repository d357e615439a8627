import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const KEPT_MS = 5 * 60 * 1000;

/** Reads the token from an SSM SecureString, at most each 5 min; null when no parameter is named. Throws when it cannot be read. */
export function accessToken(parameter: string | undefined, now: () => number = Date.now): () => Promise<string | null> {
  if (parameter === undefined) return () => Promise.resolve(null);
  const client = new SSMClient({});
  let read: { token: string; at: number } | null = null;
  return async () => {
    if (read === null || now() - read.at > KEPT_MS) {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));
      if (!Parameter?.Value) throw new Error(`the SSM parameter ${parameter} is empty`);
      read = { token: Parameter.Value, at: now() };
    }
    return read.token;
  };
}
