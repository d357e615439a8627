import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Buckets } from '../s3/buckets.ts';
import type { DeploymentPlan } from '../template/plan-storage.ts';

const CONTENT_TYPES: Record<string, string> = {
  '.avif': 'image/avif',
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.ico': 'image/vnd.microsoft.icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'text/xml',
};

type File = { key: string; body: Buffer };

/**
 * Does what CDK's BucketDeployment does when a stack is deployed: copies the files, and with `prune` removes what else is there.
 * What was deployed before in this very form is left as it is. Returns whether anything was done.
 */
export async function deploySite(
  plan: DeploymentPlan,
  {
    buckets,
    rewrite,
    stampDir,
  }: { buckets: Pick<Buckets, 'put' | 'list' | 'delete'>; rewrite: (text: string) => string; stampDir: string },
): Promise<boolean> {
  const files = plan.sources.flatMap((source) => readFiles(source, plan.prefix, rewrite));
  const stamp = digest(plan, files);
  const stampFile = path.join(stampDir, `${plan.logicalId}.sha256`);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;

  for (const { key, body } of files) {
    const { 'cache-control': cacheControl, 'content-type': given } = plan.systemMetadata;
    await buckets.put(plan.bucket, key, body, {
      contentType: given ?? CONTENT_TYPES[path.extname(key).toLowerCase()] ?? 'binary/octet-stream',
      metadata: plan.userMetadata,
      ...(cacheControl !== undefined && { cacheControl }),
    });
  }
  const kept = new Set(files.map(({ key }) => key));
  if (plan.prune)
    for (const key of await buckets.list(plan.bucket, plan.prefix === '' ? '' : `${plan.prefix}/`))
      if (!kept.has(key)) await buckets.delete(plan.bucket, key);
  mkdirSync(stampDir, { recursive: true });
  writeFileSync(`${stampFile}.new`, stamp);
  renameSync(`${stampFile}.new`, stampFile);
  return true;
}

function readFiles(
  { directory, markers, jsonEscape }: DeploymentPlan['sources'][number],
  prefix: string,
  rewrite: (text: string) => string,
): File[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      key: [prefix, ...path.relative(directory, file).split(path.sep)].filter((part) => part !== '').join('/'),
      body: fillIn(readFileSync(file), markers, jsonEscape, rewrite),
    }));
}

/** Files without a marker are copied as they are, byte for byte. */
function fillIn(
  body: Buffer,
  markers: Record<string, string>,
  jsonEscape: boolean,
  rewrite: (text: string) => string,
): Buffer {
  const present = Object.entries(markers).filter(([marker]) => body.includes(marker));
  if (present.length === 0) return body;
  const filled = present.reduce(
    (text, [marker, value]) => text.replaceAll(marker, () => (jsonEscape ? JSON.stringify(value).slice(1, -1) : value)),
    body.toString('utf8'),
  );
  return Buffer.from(rewrite(filled));
}

function digest({ bucket, prefix, prune, systemMetadata, userMetadata }: DeploymentPlan, files: File[]): string {
  const hash = createHash('sha256').update(JSON.stringify({ bucket, prefix, prune, systemMetadata, userMetadata }));
  for (const { key, body } of files) hash.update(`\0${key}\0${body.length}\0`).update(body);
  return hash.digest('hex');
}
