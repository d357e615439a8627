import { readFileSync } from 'node:fs';
import { launchBrowser } from '../test/support/browser.ts';

// Draws favicon.svg as the PNGs that telephones want of an installed page: npx tsx scripts/make-icons.ts
const BACKGROUND = '#16181d';
const ICONS = [
  { name: 'icon-192', size: 192, part: 1 },
  { name: 'icon-512', size: 512, part: 1 },
  // Both are cut to shape by the device: nothing that matters is outside the middle, and no corner shows through.
  { name: 'icon-maskable-512', size: 512, part: 0.7 },
  { name: 'apple-touch-icon', size: 180, part: 0.8 },
];

const svg = readFileSync('web/public/favicon.svg', 'utf8');
const browser = await launchBrowser();
try {
  for (const { name, size, part } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const background = part === 1 ? 'transparent' : BACKGROUND;
    const style = `html,body{margin:0;height:100%;background:${background}}body{display:grid;place-items:center}svg{width:${part * 100}%}`;
    await page.setContent(`<style>${style}</style>${svg}`);
    await page.screenshot({ path: `web/public/${name}.png`, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
