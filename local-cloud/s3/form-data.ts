import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { FormFields } from './post-policy.ts';
import { S3Error } from './s3-error.ts';

const MAX_FIELDS_BYTES = 20 * 1024;

export type Form = { fields: FormFields; filename: string; file: Readable };

/**
 * Reads a form up to its file, which S3 wants to be the last field; the file is a stream, still to be read.
 * It ends with an error when the form breaks off.
 */
export function readForm(message: IncomingMessage): Promise<Form> {
  return new Promise((resolve, reject) => {
    const fields: FormFields = {};
    let bytes = 0;
    const parser = openParser(message);
    parser.on('field', (name, value, { valueTruncated }) => {
      bytes += name.length + Buffer.byteLength(value) + (valueTruncated ? MAX_FIELDS_BYTES : 0);
      fields[name.toLowerCase()] = value;
    });
    parser.on('file', (name, file, { filename }) => {
      if (name === 'file' && bytes <= MAX_FIELDS_BYTES) return resolve({ fields, filename: filename ?? '', file });
      file.resume();
      reject(name === 'file' ? fieldsTooLarge() : onlyOneFile());
    });
    parser.on('error', (error) => reject(malformed(error)));
    parser.once('close', () => reject(bytes > MAX_FIELDS_BYTES ? fieldsTooLarge() : onlyOneFile()));
    message.once('close', () => {
      if (!message.complete) parser.destroy(new Error('the sender hung up'));
    });
    message.pipe(parser);
  });
}

function openParser(message: IncomingMessage): busboy.Busboy {
  try {
    return busboy({
      headers: message.headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: MAX_FIELDS_BYTES, fields: 100, files: 1 },
    });
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(cause: unknown): S3Error {
  return new S3Error(
    'MalformedPOSTRequest',
    400,
    `The body of your POST request is not well-formed multipart/form-data: ${String(cause)}`,
  );
}

function fieldsTooLarge(): S3Error {
  return new S3Error(
    'MaxPostPreDataLengthExceeded',
    400,
    'Your POST request fields preceding the upload file were too large.',
  );
}

function onlyOneFile(): S3Error {
  return new S3Error('InvalidArgument', 400, 'POST requires exactly one file upload per request.');
}
