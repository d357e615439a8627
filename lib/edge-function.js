// Runs in CloudFront (cloudfront-js-2.0) on each request to an API, before it leaves for its origin.
// lib/edge-function.ts puts CHANNELS (segment to { channel, id }), STAGE_PATH and ID in front of it.

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

  const segments = request.uri.split('/').slice(2);
  const known = Object.prototype.hasOwnProperty.call(CHANNELS, segments[0]) ? CHANNELS[segments[0]] : null;
  const wanted = known && known.id === 'required' ? 2 : 1;
  if (!known || segments.length !== wanted || (wanted === 2 && !ID.test(segments[1]))) {
    return refuse(404, 'Not Found', 'There is no such WebSocket.');
  }
  forget(request.querystring, ['channel', 'id']);
  request.querystring.channel = { value: known.channel };
  if (wanted === 2) request.querystring.id = { value: segments[1] };
  // A WebSocket API has no paths but its stage. Not '/' behind an origin path: CloudFront would make that its default root object.
  request.uri = STAGE_PATH;
  return request;
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
