import { randomBytes } from 'node:crypto';

/** An unguessable id shaped like API Gateway's request and connection ids (`L0SM9cOFvHcCIhw=`). */
export function gatewayId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

/** A fresh `x-amzn-trace-id`, as AWS's front ends add to each request. */
export function traceId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}
