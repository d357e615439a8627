import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

export type Sockets = {
  /** Posts one text to one connection. A connection that has gone is an answer, not an error. */
  post(connectionId: string, text: string): Promise<'sent' | 'gone'>;
};

/** `callbackUrl` is the stage's own address: posting through CloudFront does not work (aws-sdk-js-v3#1830). */
export function sockets(callbackUrl: string): Sockets {
  const client = new ApiGatewayManagementApiClient({
    endpoint: callbackUrl,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, httpsAgent: { maxSockets: 200 } },
  });
  return {
    async post(connectionId, text) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(text) }));
        return 'sent';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        throw error;
      }
    },
  };
}
