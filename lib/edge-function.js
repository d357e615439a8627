// Runs in CloudFront (cloudfront-js-2.0) on each request to an API, before it leaves for its origin.
// lib/edge-function.ts puts CHANNELS (path to { channel, id }), STAGE_PATH and ID in front of it.

// oxlint-disable-next-line no-unused-vars -- CloudFront calls it.
function handler(event) {
  const request = event.request;
  const headers = request.headers;
  delete headers['x-origin-key'];
  headers['x-viewer-ip'] = { value: event.viewer.ip };
  delete headers['x-viewer-host'];
  if (headers.host) headers['x-viewer-host'] = { value: headers.host.value };

  if (request.uri.indexOf('/ws/') !== 0 || request.uri === '/ws/connections') return request;
  // `Upgrade` itself is hidden from edge functions; this header comes with every handshake.
  if (!headers['sec-websocket-key']) return refuse(426, 'Upgrade Required', 'This address speaks WebSocket only.');

  const found = channelAt(request.uri.slice('/ws/'.length));
  if (!found) return refuse(404, 'Not Found', 'There is no such WebSocket.');
  forget(request.querystring, ['channel', 'id']);
  request.querystring.channel = { value: found.channel };
  if (found.id) request.querystring.id = { value: found.id };
  // A WebSocket API has no paths but its stage. Not '/' behind an origin path: CloudFront would make that its default root object.
  request.uri = STAGE_PATH;
  return request;
}

// The channel of a path, with its id where it has one.
function channelAt(path) {
  const whole = known(path);
  if (whole) return whole.id === 'none' ? { channel: whole.channel } : null;
  const slash = path.indexOf('/');
  const first = slash < 0 ? null : known(path.slice(0, slash));
  if (!first || first.id === 'none') return null;
  const rest = path.slice(slash + 1);
  const id = first.id === 'slug' ? slugOf(rest) : ID.test(rest) ? rest : null;
  return id ? { channel: first.channel, id: id } : null;
}

function known(path) {
  return Object.prototype.hasOwnProperty.call(CHANNELS, path) ? CHANNELS[path] : null;
}

// The same rule as contract/slug.ts.
function slugOf(segment) {
  if (segment.indexOf('/') >= 0) return null;
  let name;
  try {
    name = decodeURIComponent(segment);
    // oxlint-disable-next-line no-unused-vars -- nothing says that cloudfront-js-2.0 knows a catch without a name.
  } catch (error) {
    return null;
  }
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '');
}

// API Gateway decodes names, so `chann%65l` would arrive as a second `channel`, and the last one wins: only plain names pass.
function forget(querystring, names) {
  Object.keys(querystring).forEach(function (name) {
    if (!/^[\w.~-]+$/.test(name) || names.indexOf(name) !== -1) delete querystring[name];
  });
}

function refuse(statusCode, statusDescription, text) {
  return {
    statusCode: statusCode,
    statusDescription: statusDescription,
    headers: {
      'content-type': { value: 'text/plain; charset=utf-8' },
      'cache-control': { value: 'no-store' },
    },
    body: { encoding: 'text', data: text + '\n' },
  };
}
