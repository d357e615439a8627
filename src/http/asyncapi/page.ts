import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { CHANNEL_LIST, type Channel } from './channels.ts';
import { asyncApi, type Site } from './document.ts';
import {
  CLIENT_MESSAGES,
  DOWNLOAD_STREAM_EVENTS,
  NOTIFICATIONS,
  SNAPSHOT_STREAM_EVENTS,
  type Message,
} from './messages.ts';
import { STYLE } from './page-style.ts';

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** In one piece: white space inside would change its hash. */
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

const SECTIONS = [
  { title: 'Said over WebSockets', messages: NOTIFICATIONS },
  { title: 'Taken over WebSockets', messages: CLIENT_MESSAGES },
  { title: 'Said by the stream of a download', messages: DOWNLOAD_STREAM_EVENTS },
  { title: 'Said by the other streams', messages: SNAPSHOT_STREAM_EVENTS },
];

/** The AsyncAPI document as a page without scripts; docs/decisions/021 says why no viewer. */
export function realtimePage(c: Context, site: Site): Response | Promise<Response> {
  const { info, servers, components } = asyncApi(site);
  const origins = {
    websocket: `${servers.websocket.protocol}://${site.host}`,
    stream: `${servers.stream.protocol}://${site.host}`,
  };
  const isMessage = (name: string) => Object.hasOwn(components.messages, name);
  const shared = Object.entries(components.schemas).filter(([name]) => !isMessage(name));
  c.header('content-security-policy', POLICY);
  return c.html(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>FastTrack in real time</title>
          ${STYLE_ELEMENT}
        </head>
        <body>
          <header>
            <nav aria-label="Documentation">
              <a href="/docs">HTTP API</a> <a href="/asyncapi.json">asyncapi.json</a> <a href="/">FastTrack</a>
            </nav>
            <h1>FastTrack in real time</h1>
            ${info.description.split('\n\n').map((text) => html`<p>${prose(text)}</p>`)}
          </header>
          <main>
            <h2>Channels</h2>
            ${CHANNEL_LIST.map((channel) => channelSection(channel, origins[channel.over]))}
            ${SECTIONS.map(
              ({ title, messages }) =>
                html`<h2>${title}</h2>
                  ${messages.map((message) => messageSection(message, components.schemas[message.key]))}`,
            )}
            <h2>What they share</h2>
            ${shared.map(
              ([name, schema]) =>
                html`<section id="${name}">
                  <h3><code>${name}</code></h3>
                  ${json(schema)}
                </section>`,
            )}
          </main>
        </body>
      </html>`,
  );
}

const channelSection = ({ key, title, address, description, id, query, tells, takes }: Channel, origin: string) =>
  html`<section id="${key}">
    <h3>${title}</h3>
    <p class="address">
      <code>${origin}<b>${address}</b></code>
    </p>
    <p>${prose(description)}</p>
    <dl>
      ${
        id !== null &&
        html`<dt><code>{id}</code></dt>
          <dd>${prose(id)}</dd>`
      }
      ${Object.entries(query ?? {}).map(
        ([name, text]) =>
          html`<dt><code>?${name}=</code></dt>
            <dd>${prose(text)}</dd>`,
      )}
      <dt>You hear</dt>
      <dd>${links(tells)}</dd>
      ${
        takes.length > 0 &&
        html`<dt>You may say</dt>
          <dd>${links(takes)}</dd>`
      }
    </dl>
  </section>`;

const links = (messages: Message[]) =>
  messages.map(({ key, type }) => html`<a href="#${key}"><code>${type}</code></a> `);

const messageSection = ({ key, type, summary, example }: Message, schema: object | undefined) =>
  html`<section id="${key}">
    <h3><code>${type}</code></h3>
    <p>${prose(summary)}</p>
    ${json(example)}
    <details>
      <summary>Schema</summary>
      ${json(schema ?? {})}
    </details>
  </section>`;

/** References in it lead to what they name. */
const json = (value: object) =>
  html`<pre tabindex="0">
${JSON.stringify(value, null, 2)
  .split(/#\/components\/schemas\/([\w.]+)/)
  .map((part, index) => (index % 2 === 0 ? part : html`<a href="#${part}">#/components/schemas/${part}</a>`))}</pre>`;

/** Text with `code` in it. */
const prose = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
