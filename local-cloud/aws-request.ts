import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** One account in one region is all this cloud has. */
export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** A whole request to an AWS API, its body read and its signature checked. */
export type AwsRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Aborted when the client goes away before its answer. */
  signal?: AbortSignal;
};

export type AwsResponse = { status: number; headers?: Record<string, string>; body?: string | Buffer };

/** An AWS API with small bodies (SQS, Lambda, DynamoDB, SSM…). */
export type AwsService = (request: AwsRequest) => Promise<AwsResponse>;

/** A service that streams, or that checks signatures its own way (S3, execute-api, function URLs). */
export type StreamingService = {
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};
