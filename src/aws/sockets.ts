import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { type Posted, postToConnection } from '../channels/post-to-connection.ts';

export type Sockets = {
  /**
   * Posts one text to one connection; to post the same text to many costs least. That a connection has gone, or that API Gateway
   * accepts no more for now, is an answer and not an error; `throttled` says nothing about the connection.
   */
  post(connectionId: string, text: string): Promise<Posted>;
  /** Whether API Gateway still knows the connection. */
  alive(connectionId: string): Promise<boolean>;
  /** Closes the connection; one that has gone is closed. */
  disconnect(connectionId: string): Promise<void>;
};

/** `callbackUrl` is the stage's own address: calls through CloudFront do not work (aws-sdk-js-v3#1830). */
export function sockets(callbackUrl: string): Sockets {
  const client = new ApiGatewayManagementApiClient({
    endpoint: callbackUrl,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, httpsAgent: { maxSockets: 200 } },
  });
  const { region, credentials } = client.config;
  return {
    post: postToConnection({ callbackUrl, region, credentials, now: () => new Date() }),

    async alive(ConnectionId) {
      return unlessGone(async () => {
        await client.send(new GetConnectionCommand({ ConnectionId }));
      });
    },

    async disconnect(ConnectionId) {
      await unlessGone(async () => {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      });
    },
  };
}

/** False when the connection has gone. */
async function unlessGone(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof GoneException) return false;
    throw error;
  }
}
