import busboy from 'busboy';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MAX_FORM_BYTES, type ImportMode } from '../../contract/import.ts';
import { uploadFields } from '../../contract/upload-routes.ts';
import { errorsOf } from './field-errors.ts';
import { Refused } from './problem.ts';
import { fileTooLarge } from './request-checks.ts';
import type { Language } from '../downloads/download.ts';

export type UploadForm = { file: Buffer; fileName: string; upload_id?: string | undefined; mode: ImportMode };

type FilePart = { field: string; fileName: string; chunks: Buffer[]; isCutOff: boolean };
type Parts = { files: FilePart[]; texts: Map<string, string> };

/** More parts than these are not looked at: two files are one too many, and there are two texts. */
const LIMITS = { files: 2, fields: 10, fieldSize: 1024, fileSize: MAX_FORM_BYTES + 1 };

const KNOWN = ['file', ...Object.keys(uploadFields.shape)];
const EXPECTED = {
  pt: 'O formulário tem o arquivo em “file” e, se quiser, os textos “upload_id” e “mode”; nada mais.',
  en: 'The form has the file in “file” and, if you like, the texts “upload_id” and “mode”; nothing else.',
};

/** The file of a form and what is said of it; refuses a form that is not whole, or has no file, or more than one. */
export async function readUploadForm(contentType: string, body: Uint8Array, language: Language): Promise<UploadForm> {
  const { files, texts } = await parse(contentType, body);
  const misplaced = [
    ...files.map(({ field }) => field).filter((field) => field !== 'file'),
    ...[...texts.keys()].filter((field) => !KNOWN.includes(field)),
  ];
  if (misplaced.length > 0) {
    const errors = misplaced.map((field) => ({ field, code: 'unexpected_field', message: EXPECTED[language] }));
    throw new Refused('invalid_request', { errors });
  }
  const [file, another] = files;
  if (another !== undefined) throw new Refused('too_many_files');
  if (file === undefined || texts.has('file')) throw new Refused('no_file', { detail: EXPECTED[language] });
  if (file.isCutOff) throw fileTooLarge();
  const given = uploadFields.safeParse(Object.fromEntries(texts));
  if (!given.success) throw new Refused('invalid_request', { errors: errorsOf(given.error.issues, language) });
  return { file: Buffer.concat(file.chunks), fileName: file.fileName, ...given.data };
}

async function parse(contentType: string, body: Uint8Array): Promise<Parts> {
  const files: FilePart[] = [];
  const texts = new Map<string, string>();
  try {
    const parser = busboy({ headers: { 'content-type': contentType }, defParamCharset: 'latin1', limits: LIMITS });
    parser.on('file', (field, stream, { filename }) => {
      const part: FilePart = { field, fileName: decoded(filename), chunks: [], isCutOff: false };
      stream.on('data', (chunk: Buffer) => part.chunks.push(chunk));
      stream.on('limit', () => (part.isCutOff = true));
      // The parser fails with the same error.
      stream.on('error', () => undefined);
      files.push(part);
    });
    // A field that was left empty says nothing.
    parser.on('field', (field, text) => text.trim() !== '' && texts.set(field, text));
    await pipeline(Readable.from([Buffer.from(body)]), parser);
  } catch (error) {
    throw new Refused('form_incomplete', { detail: error instanceof Error ? error.message : String(error) });
  }
  // A browser's form whose file was not chosen has one without name and bytes.
  return { files: files.filter(({ fileName, chunks }) => fileName !== '' || chunks.length > 0), texts };
}

/** Browsers write names in UTF-8 and old programs in Latin-1, without saying so. */
function decoded(fileName: string | undefined): string {
  const given = fileName ?? '';
  if (/[^\0-\u{FF}]/u.test(given)) return given;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(given, 'latin1'));
  } catch {
    return given;
  }
}
