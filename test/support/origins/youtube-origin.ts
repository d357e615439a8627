import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { clip, clipType, streamingData } from './youtube/catalogue.ts';
import { cipherOf, PLAYER_CODE, transformed } from './youtube/player-code.ts';
import { type Video, VIDEOS } from './youtube/videos.ts';

const MEDIA_HOST = 'rr1---sn-standin.googlevideo.com';
const VISITOR = 'CgtzdGFuZGluMTIzNCiA';
const SIGNATURE = 'a-good-signature';
const N = 'an-n-parameter';

type OriginRequest = { method: string; path: string; headers: IncomingHttpHeaders };

export type YouTubeOrigin = {
  url: string;
  /** What `FASTTRACK_HOST_OVERRIDES` must be for YouTube to be here. */
  hostOverrides: Record<string, string>;
  requests: OriginRequest[];
  stop(): Promise<void>;
};

/**
 * A stand-in of YouTube, strict where YouTube is: it speaks the part of its protocol that youtubei.js (session, player) and
 * ytdl-core (watch page, player code) use, and gives out media only to the program that asked for its address. The video's id
 * says what happens; see `youtube/videos.ts`.
 */
export async function startYouTubeOrigin({ port = 0 } = {}): Promise<YouTubeOrigin> {
  const requests: OriginRequest[] = [];
  const agents = new Map<string, string>();
  const server = createServer((request, response) => {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://origin');
    requests.push({ method, path: url.pathname, headers });
    answer(request, response, url, agents).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    hostOverrides: { 'www.youtube.com': url, [MEDIA_HOST]: url },
    requests,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, url: URL, agents: Map<string, string>) {
  const agent = request.headers['user-agent'] ?? '';
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /sw.js_data':
      return send(response, 200, 'application/json', session(request.headers.cookie));
    case 'POST /youtubei/v1/player':
      return player(request, response, agents);
    case 'GET /watch': {
      agents.set('WEB', agent);
      const id = url.searchParams.get('v') ?? '';
      if (VIDEOS[id]?.silent === true) return;
      return send(response, 200, 'text/html', url.searchParams.has('pbj') ? '{}' : watchPage(id));
    }
    case 'GET /s/player/standin/player_ias.vflset/en_US/base.js':
      return send(response, 200, 'text/javascript', PLAYER_CODE);
    case 'GET /videoplayback':
      return media(response, url.searchParams, request.headers, agents);
    default:
      return send(response, 404, 'text/html', 'not here');
  }
}

/** What a service worker of YouTube's site is given: an array of arrays, its fields known by their position alone. */
function session(cookie = ''): string {
  if (!cookie.includes('VISITOR_INFO1_LIVE=')) return 'no visitor';
  const device: unknown[] = Array.from({ length: 110 }, () => null);
  const told = { 0: 'en', 1: 'BR', 3: '203.0.113.7', 13: VISITOR, 16: '2.20261120.01.00', 17: 'Linux', 18: '' };
  for (const [index, value] of Object.entries(told)) device[Number(index)] = value;
  device[61] = [null, 'app-install-data'];
  device[79] = 'America/Sao_Paulo';
  return `)]}'\n${JSON.stringify([[null, null, [[device], 'api-key']]])}`;
}

async function player(request: IncomingMessage, response: ServerResponse, agents: Map<string, string>): Promise<void> {
  const { videoId, context } = JSON.parse(await text(request)) as {
    videoId: string;
    context: { client: { clientName: string; visitorData: string } };
  };
  const { clientName, visitorData } = context.client;
  const { headers } = request;
  const agent = headers['user-agent'] ?? '';
  const video = VIDEOS[videoId];
  if (video?.silent === true) return;
  const known =
    headers['x-youtube-client-name'] === { VISIONOS: '101', iOS: '5', ANDROID: '3', ANDROID_VR: '28' }[clientName];
  const spoken = clientName === 'VISIONOS' ? agent.includes('Macintosh') : agent.includes('youtube');
  if (
    !known ||
    !spoken ||
    visitorData !== VISITOR ||
    headers['x-goog-visitor-id'] !== VISITOR ||
    video?.answer?.status === 400
  ) {
    return send(response, 400, 'application/json', '{"error":{"code":400,"message":"Precondition check failed."}}');
  }
  if (video?.answer !== undefined) {
    response.writeHead(video.answer.status, video.answer.headers).end();
    return;
  }
  agents.set(clientName, agent);
  send(response, 200, 'application/json', JSON.stringify(playerResponse(videoId, clientName)));
}

function playerResponse(id: string, client: string) {
  const video: Video = VIDEOS[id] ?? { playability: { status: 'ERROR', reason: 'This video does not exist' } };
  const { playability = { status: 'OK' } } = video;
  const videoDetails = {
    videoId: video.answersAbout ?? id,
    title: 'Um vídeo: “3 segundos” / teste',
    lengthSeconds: '3',
    channelId: 'UCstandin',
    author: 'Stand-in',
    viewCount: '1',
    isLiveContent: video.live === true,
    ...(video.live === true && { isLive: true }),
    thumbnail: {
      thumbnails: [120, 1280].map((width) => ({
        url: `https://i.ytimg.com/vi/${id}/${width}.jpg`,
        width,
        height: width,
      })),
    },
  };
  const sabr = video.sabrFor?.includes(client) === true;
  return {
    responseContext: { visitorData: VISITOR },
    playabilityStatus: playability,
    ...(playability.status === 'ERROR' ? {} : { videoDetails }),
    ...(playability.status === 'OK' && {
      streamingData: {
        ...streamingData((itag) => (sabr ? {} : address(id, client, itag)), video.except),
        serverAbrStreamingUrl: `https://${MEDIA_HOST}/videoplayback?sabr=1`,
      },
    }),
  };
}

/** Plain for apps; for the web player with an `n` to transform, and its best picture ciphered. */
function address(id: string, client: string, itag: number): Record<string, string> {
  const url = new URL(`https://${MEDIA_HOST}/videoplayback`);
  for (const [name, value] of Object.entries({ id, c: client, itag })) url.searchParams.set(name, String(value));
  if (client !== 'WEB') return { url: url.href };
  url.searchParams.set('n', N);
  if (itag !== 137) return { url: url.href };
  url.searchParams.set('ciphered', '1');
  return { signatureCipher: String(new URLSearchParams({ s: cipherOf(SIGNATURE), sp: 'sig', url: url.href })) };
}

function watchPage(id: string): string {
  return `<!doctype html><html><head>
<script>ytcfg.set({"INNERTUBE_CONTEXT_CLIENT_VERSION":"2"});var x=[{"key":"cver","value":"2.20261120.01.00"}];</script>
<script src="/s/player/standin/player_ias.vflset/en_US/base.js" name="player_ias/base"></script></head><body>
<script>var ytInitialPlayerResponse = ${JSON.stringify(playerResponse(id, 'WEB'))};</script>
<script>var ytInitialData = {"contents":{}};</script>
</body></html>`;
}

function media(
  response: ServerResponse,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  agents: Map<string, string>,
) {
  const client = query.get('c') ?? '';
  const itag = Number(query.get('itag'));
  const refused =
    VIDEOS[query.get('id') ?? '']?.refusedTo?.includes(client) === true ||
    headers['user-agent'] !== agents.get(client) ||
    (client === 'WEB' && query.get('n') !== transformed(N)) ||
    (query.has('ciphered') && query.get('sig') !== SIGNATURE);
  if (refused) return send(response, 403, 'text/plain', '');
  const bytes = clip(itag);
  const common = {
    'content-type': clipType(itag),
    'accept-ranges': 'bytes',
    'last-modified': 'Sun, 23 Nov 2025 10:00:00 GMT',
  };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined) return response.writeHead(200, { ...common, 'content-length': bytes.length }).end(bytes);
  const from = Number(first);
  const to = Math.min(bytes.length, last ? Number(last) + 1 : bytes.length);
  if (from >= to) return response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  const range = { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}`, 'content-length': to - from };
  response.writeHead(206, { ...common, ...range }).end(bytes.subarray(from, to));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
