/** The SDK hands its middleware a request of type `unknown`: these are the parts of it that are changed here. */
type HttpRequest = { hostname: string; headers: Record<string, string> };

/**
 * Leaves the body out of the signature: hashing it costs more than sending it. TLS keeps it secret, its CRC32 (a signed
 * header) keeps it whole.
 */
export function leaveBodyUnsigned(request: unknown): void {
  httpRequest(request).headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
}

/** Sends (or signs) the request for another host name; the port stays. */
export function aimAt(hostname: string, request: unknown): void {
  httpRequest(request).hostname = hostname;
}

/** The host name of a `Host` header without its port; undefined for whatever is not exactly a name or an address. */
export function hostnameOf(host: string | undefined): string | undefined {
  return /^([a-z\d]([a-z\d.-]{0,251}[a-z\d])?|\[[\da-f:.]{2,45}\])(:\d{1,5})?$/i.exec(host ?? '')?.[1];
}

function httpRequest(request: unknown): HttpRequest {
  if (isHttpRequest(request)) return request;
  throw new TypeError('the SDK built no HTTP request');
}

function isHttpRequest(request: unknown): request is HttpRequest {
  return typeof request === 'object' && request !== null && 'hostname' in request && 'headers' in request;
}
