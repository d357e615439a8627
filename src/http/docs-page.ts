import type { Context } from 'hono';

/** The viewer's script is part of the site; its shadow DOM brings styles of its own, hence the one `unsafe-inline`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FastTrack API</title>
<script type="module" src="/assets/rapidoc-min.js"></script>
</head>
<body>
<rapi-doc spec-url="/openapi.json" render-style="read" theme="light" show-header="false" load-fonts="false"
  allow-authentication="false" allow-server-selection="false" regular-font="system-ui, sans-serif"></rapi-doc>
</body>
</html>
`;

export function docsPage(c: Context): Response {
  c.header('content-security-policy', POLICY);
  return c.html(PAGE);
}
