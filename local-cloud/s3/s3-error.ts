import { xmlDocument } from './xml.ts';

/** An answer in S3's words: `code` is what the SDK makes the error's name. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, string>;
  constructor(code: string, status: number, message: string, details: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  return xmlDocument('Error', {
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: resource,
    RequestId: requestId,
  });
}

export function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
}

export function noSuchUpload(id: string): S3Error {
  return new S3Error(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: id },
  );
}

export function invalidArgument(message: string, name?: string, value?: string | null): S3Error {
  return new S3Error('InvalidArgument', 400, message, {
    ...(name === undefined ? {} : { ArgumentName: name }),
    ...(value === undefined || value === null ? {} : { ArgumentValue: value }),
  });
}

export function invalidRequest(message: string): S3Error {
  return new S3Error('InvalidRequest', 400, message);
}

export function malformedXml(): S3Error {
  return new S3Error(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export function preconditionFailed(condition: string): S3Error {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new S3Error('PreconditionFailed', 412, message, { Condition: condition });
}

/** What S3 has and this cloud has not: refused by its name, never ignored. */
export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', 501, `This local S3 does not implement ${what}.`);
}
