import { XMLParser } from 'fast-xml-parser';

type Content = string | number | boolean | undefined | readonly Content[] | { readonly [name: string]: Content };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An S3 answer: a name with several values becomes several elements, undefined becomes none. */
export function xmlDocument(root: string, content: Content): string {
  const xmlns = root === 'Error' ? '' : ` xmlns="${NAMESPACE}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${inner(content)}</${root}>`;
}

function inner(content: Content): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escape(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => [value].flat().map((one) => element(name, one)))
    .join('');
}

function element(name: string, value: Content): string {
  return value === undefined ? '' : `<${name}>${inner(value)}</${name}>`;
}

/** Control characters too: a key may hold them, and an XML parser would turn a bare `\r` into `\n`. */
function escape(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[&<>"'\u0000-\u001f\u007f]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => LISTS.has(name),
});

const LISTS = new Set([
  'AllowedHeader',
  'AllowedMethod',
  'AllowedOrigin',
  'CloudFunctionConfiguration',
  'CORSRule',
  'Event',
  'ExposeHeader',
  'FilterRule',
  'Object',
  'Part',
  'QueueConfiguration',
  'Rule',
  'Tag',
  'TopicConfiguration',
]);

/** The root element's content, to be validated; undefined when it is not XML, or is another element. */
export function parseXml(body: string, root: string): unknown {
  if (/<!DOCTYPE/i.test(body)) return undefined;
  try {
    const parsed: unknown = parser.parse(body, true);
    return isRecord(parsed) ? parsed[root] : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
