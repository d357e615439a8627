import type { Readable } from 'node:stream';

/** How one service of the local cloud runs a function of the template, whoever triggers it. */
export type Invoker = {
  /**
   * Runs the function and waits for its end (Lambda's `RequestResponse`). Never throws because the function failed:
   * that is `functionError`. Throws `FunctionNotFound`, or `TooManyRequests` when its concurrency is used up.
   */
  invoke(functionName: string, payload: string): Promise<Invocation>;
  /** Accepts the payload and returns at once (Lambda's `Event`); a failure is retried twice, then only logged. */
  invokeAsync(functionName: string, payload: string): void;
  /** Runs a response-streaming function. Resolves at its first byte (status and headers known); rejects if it fails before that. */
  invokeStreaming(functionName: string, payload: string): Promise<StreamedInvocation>;
};

export type Invocation = {
  /** What the handler returned, as JSON text; or `{errorType, errorMessage, trace}` when `functionError` is set. */
  payload: string;
  functionError?: 'Unhandled';
  requestId: string;
};

export type StreamedInvocation = {
  /** What the handler gave to `HttpResponseStream.from`, when it did. */
  metadata?: { statusCode?: number; headers?: Record<string, string>; cookies?: string[] };
  /** The body; destroyed with an error when the function dies after its first byte. */
  body: Readable;
};
