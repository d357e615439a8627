import chromium from '@sparticuz/chromium';

// Into the temporary directory of this process: test/support/browser.ts says which.
await chromium.executablePath();
