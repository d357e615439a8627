import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** What the seed's pages connect to: the one thing in them that may be changed. */
const SEED_ADDRESS = 'ws://localhost:8000';
/** Of the code blocks as they stand in the seed. */
const SEED_SHA256 = {
  'dashboard.html': 'ac6a85d14ebb103a0a9a1fb53181b79bd32c051004acf584d505dadda6eef91c',
  'download-dashboard.jsx': '0a61568838e8ae0e5016d35781dd0812c7bb1950c70884e2fcbc350eb8dbbce6',
};
const MOUNT = `
import { createRoot } from "react-dom/client";
createRoot(document.getElementById("root")).render(<DownloadDashboard />);`;

/** The seed's HTML page, for an application at another address. */
export const seedHtml = (appUrl: string): Promise<string> => seedFor(appUrl, 'dashboard.html');

/** The seed's React component, for an application at another address, as a script that fills `<div id="root">`. */
export async function seedReactScript(appUrl: string): Promise<string> {
  const contents = (await seedFor(appUrl, 'download-dashboard.jsx')) + MOUNT;
  const { outputFiles } = await build({
    stdin: { contents, loader: 'jsx', resolveDir: process.cwd() },
    bundle: true,
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]!.text;
}

/** Throws when the file is no longer the seed's, letter by letter. */
async function seedFor(appUrl: string, name: keyof typeof SEED_SHA256): Promise<string> {
  const text = await readFile(new URL(`seed/${name}`, import.meta.url), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  if (hash !== SEED_SHA256[name]) throw new Error(`${name} is not what the seed says: ${hash}`);
  const [before, after, ...more] = text.split(SEED_ADDRESS);
  if (after === undefined || more.length > 0) throw new Error(`${name} must name ${SEED_ADDRESS} once`);
  return before + appUrl.replace(/^http/, 'ws') + after;
}
