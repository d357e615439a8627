// Keeps the page itself, so that it opens without a network. What the API says is never kept: stale numbers would be lies.
const CACHE = 'fasttrack-page';
const ASSET = /^\/assets\/[^/]+-[\w-]{8}\.(js|css)$/;

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(['/', '/favicon.svg', '/thumbnail.svg', '/first.js'])),
  );
});

addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname === '/') event.respondWith(newestFirst(request));
  else if (ASSET.test(url.pathname)) event.respondWith(keptFirst(request));
  else if (['/favicon.svg', '/thumbnail.svg', '/first.js'].includes(url.pathname))
    event.respondWith(newestFirst(request));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(`/#${event.notification.data.view}`));
});

// In a tab that is there already, if possible.
async function show(address) {
  const [tab] = await clients.matchAll({ type: 'window' });
  if (tab === undefined) return clients.openWindow(address);
  await tab.focus();
  await tab.navigate(address);
}

async function newestFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await keepNewest(cache, request.url.split(/[?#]/)[0], answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request.url.split(/[?#]/)[0]);
    if (kept) return kept;
    throw error;
  }
}

// A new version of the page has no use for the files of the one before.
async function keepNewest(cache, url, answer) {
  const kept = await cache.match(url);
  if (new URL(url).pathname === '/' && (await kept?.text()) !== (await answer.clone().text())) {
    const requests = await cache.keys();
    await Promise.all(
      requests.filter((each) => ASSET.test(new URL(each.url).pathname)).map((each) => cache.delete(each)),
    );
  }
  await cache.put(url, answer);
}

// The name of such a file says what is in it.
async function keptFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
