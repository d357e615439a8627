import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A port that is taken; the message names the variable that moves the stack elsewhere. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(port: number, variable: string) {
    super(
      `Port ${port} is in use by another program. Stop that one, or choose another port: ${variable}=${port + 1} npm start`,
    );
  }
}

/** Runs what listens on a port, and puts PortTaken in the place of Node's own error. */
export async function namingThePort<T>(port: number, variable: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new PortTaken(port, variable);
    throw error;
  }
}

type Handlers = {
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};

/** An HTTP server that hands everything to `front`; what comes before that is there waits for it. */
export async function serve(
  port: number,
  host: string,
  running: Promise<{ front: Handlers }>,
  log: (line: string) => void,
): Promise<{ port: number; stop(): Promise<void> }> {
  // No time-out: an upload may take as long as it takes.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    running
      .then(({ front }) => front.request(request, response))
      .catch((error: unknown) => {
        log(`answering ${request.method} ${request.url}: ${String(error)}`);
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end('Internal Server Error');
      });
  });
  server.on('upgrade', (request, socket, head) => {
    running
      .then(({ front }) => front.upgrade(request, socket, head))
      .catch((error: unknown) => {
        log(`upgrading ${request.url}: ${String(error)}`);
        socket.destroy();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
