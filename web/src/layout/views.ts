import IconBell from '@tabler/icons-react/icons/IconBell';
import IconCalendarEvent from '@tabler/icons-react/icons/IconCalendarEvent';
import IconChartBar from '@tabler/icons-react/icons/IconChartBar';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import IconTerminal2 from '@tabler/icons-react/icons/IconTerminal2';
import IconTableImport from '@tabler/icons-react/icons/IconTableImport';

/** Where everything is; `key` is typed after `g` to go there. */
export const VIEWS = [
  { path: '/', name: 'nav.downloads', icon: IconDownload, key: 'd', begins: /^\/($|downloads)/ },
  { path: '/overview', name: 'nav.overview', icon: IconChartBar, key: 'o', begins: /^\/overview/ },
  { path: '/events', name: 'nav.events', icon: IconCalendarEvent, key: 'e', begins: /^\/events/ },
  { path: '/imports', name: 'nav.imports', icon: IconTableImport, key: 'i', begins: /^\/imports/ },
  { path: '/console', name: 'nav.console', icon: IconTerminal2, key: 'c', begins: /^\/console/ },
  { path: '/notices', name: 'nav.notices', icon: IconBell, key: 'n', begins: /^\/notices/ },
] as const;

export const viewAt = (location: string) => VIEWS.find(({ begins }) => begins.test(location));
