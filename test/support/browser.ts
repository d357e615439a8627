import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type LaunchOptions, type Page } from 'playwright-core';

/** Inside the package, so that an upgrade replaces it too. */
const UNPACKED = path.resolve('node_modules/@sparticuz/chromium/unpacked');
/** The package's own names directories of a Lambda function. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>${path.join(UNPACKED, 'cache')}</cachedir>
</fontconfig>
`;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium: the one `CHROME_PATH` names, else the one in node_modules (Linux x64), else the Chrome installed here. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ headless: true, args: FLAGS, ...(await whichBrowser()) });
}

async function whichBrowser(): Promise<LaunchOptions> {
  if (process.env['CHROME_PATH']) return { executablePath: process.env['CHROME_PATH'] };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome' };
  if (!existsSync(UNPACKED)) await unpack();
  const env = { LD_LIBRARY_PATH: path.join(UNPACKED, 'al2023/lib'), FONTCONFIG_PATH: path.join(UNPACKED, 'fonts') };
  return { executablePath: path.join(UNPACKED, 'chromium'), env: { ...process.env, ...env } };
}

/** Complete or not at all: the package itself would take a half unpacked Chromium of a killed run for a whole one. */
async function unpack(): Promise<void> {
  const fresh = await mkdtemp(`${UNPACKED}-`);
  // As in a Lambda function, it also unpacks the libraries that a bare machine lacks.
  const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
  const program = fileURLToPath(new URL('./unpack-chromium.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [program], { env });
  await writeFile(path.join(fresh, 'fonts/fonts.conf'), FONTS);
  try {
    await rename(fresh, UNPACKED);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(UNPACKED)) throw error;
  }
}

export type WatchedPage = {
  page: Page;
  /** Errors on the console, uncaught ones, and violations of the content security policy, oldest first. */
  complaints: string[];
};

/** Opens an address as a Brazilian reader would, and keeps what the page complains of. */
export async function openPage(browser: Browser, url: string, options?: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'pt-BR', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.exposeFunction('complain', (complaint: string) => complaints.push(complaint));
  // A text, because this runs in the page, whose types this project's TypeScript does not know.
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => complain('CSP: ' + e.violatedDirective + ' ' + e.blockedURI))`,
  );
  await page.goto(url);
  return { page, complaints };
}
