import { spawn } from 'node:child_process';
import { launchBrowser, openPage } from '../test/support/browser.ts';
import { aStack } from '../test/support/stack.ts';

// Takes the README's picture of the page, with the demo at work: npx tsx scripts/take-picture.ts
const stack = await aStack();
const demo = spawn(process.execPath, ['--import', 'tsx', 'demo/start-demo.ts'], {
  env: { ...process.env, APP_URL: stack.appUrl },
  stdio: 'inherit',
});
const browser = await launchBrowser();
try {
  const { page } = await openPage(browser, stack.appUrl, {
    viewport: { width: 1240, height: 900 },
    deviceScaleFactor: 1.5,
  });
  await page.locator('video[data-shown=true]').first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: 'docs/page.png' });
} finally {
  demo.kill();
  await browser.close();
  await stack.stop();
}
