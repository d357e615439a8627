import type { IncomingMessage } from 'node:http';

/**
 * Whether a request to the AWS APIs is answered. From this machine, always. From the network (the app was opened to it),
 * only what somebody here has signed for one use: a presigned S3 URL, or a form with a signed policy.
 */
export function isAdmitted(request: IncomingMessage): boolean {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (address === '::1' || address.startsWith('127.')) return true;
  const url = request.url ?? '/';
  if (url.startsWith('/_aws/')) return false;
  if (request.method === 'OPTIONS') return true;
  const isForm = request.method === 'POST' && /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  const presigned =
    /[?&]X-Amz-Credential=[^&]*(?:%2F|\/)s3(?:%2F|\/)aws4_request(?:&|$)/.test(url) && url.includes('X-Amz-Signature=');
  return request.headers.authorization === undefined && (presigned || isForm);
}
