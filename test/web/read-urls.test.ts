import { expect, test } from 'vitest';
import { readUrls } from '../../web/src/downloads/read-urls.ts';

test.each([
  ['nothing', '  \n ', []],
  ['one', 'https://example.com/a.mp4', ['https://example.com/a.mp4']],
  [
    'one a line, each once',
    'http://a.example/1\nhttp://a.example/2\nhttp://a.example/1',
    ['http://a.example/1', 'http://a.example/2'],
  ],
  [
    'between words',
    'veja https://a.example/x, e também <https://b.example/y>',
    ['https://a.example/x', 'https://b.example/y'],
  ],
  ['with what addresses may have', "https://a.example/it's_(live)?q='x'", ["https://a.example/it's_(live)?q='x'"]],
  ['what is no address, for the server to judge', 'example.com/a.mp4', ['example.com/a.mp4']],
  ['several of them', 'a.example/1 b.example/2', ['a.example/1', 'b.example/2']],
  ['a sentence, which is one mistake', 'isto não é um endereço', ['isto não é um endereço']],
  ['another protocol, for the server to judge', 'ftp://example.com/a.mp4', ['ftp://example.com/a.mp4']],
])('%s', (_what, text, urls) => {
  expect(readUrls(text)).toEqual(urls);
});
