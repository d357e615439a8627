const PAGE_HOSTS = new Set([
  'youtube.com',
  'www.youtube.com',
  'm.youtube.com',
  'music.youtube.com',
  'youtu.be',
  'youtube-nocookie.com',
  'www.youtube-nocookie.com',
]);
const ID = /^[\w-]{11}$/;
/** `/shorts/ID` and its like: the id is the second segment. */
const WITH_ID = new Set(['shorts', 'embed', 'live', 'v', 'e']);

/** Whether a URL is of YouTube's own site. */
export function isYouTube(url: URL): boolean {
  return PAGE_HOSTS.has(url.hostname);
}

/** The id of the one video that a YouTube URL is about; null when it is about something else. */
export function videoIdOf(url: URL): string | null {
  if (!isYouTube(url) || url.port !== '') return null;
  const [, first = '', second = ''] = url.pathname.split('/');
  const id = url.hostname === 'youtu.be' ? first : WITH_ID.has(first) ? second : url.searchParams.get('v');
  return id !== null && ID.test(id) ? id : null;
}

/** Whether YouTube gives out its media from there. */
export function isYouTubeMedia(url: URL): boolean {
  return url.protocol === 'https:' && url.port === '' && url.hostname.endsWith('.googlevideo.com');
}
