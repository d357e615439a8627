import '@mantine/core/styles.css';
import 'virtual:theme-styles.css';
import './theme/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguage } from './language/i18n.ts';
import { registerServiceWorker } from './layout/register-service-worker.ts';
import { startPage } from './page/start-page.ts';

// What was deployed since has other files; whoever comes back to an old page gets the new one.
addEventListener('vite:preloadError', () => location.reload());

await startLanguage();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
createRoot(root).render(<App page={startPage()} />);
registerServiceWorker();
