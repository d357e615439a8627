// The few things of a browser that Node has not: declared here, so that this library compiles in either world.
type Listens = (type: string, listener: () => void) => void;
declare const document: { hidden: boolean; addEventListener: Listens; removeEventListener: Listens } | undefined;
declare const addEventListener: Listens | undefined;
declare const removeEventListener: Listens | undefined;
declare const navigator: { onLine?: boolean } | undefined;
declare const localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };

const isPage = typeof document !== 'undefined';

/** Whether the browser knows that there is no network. */
export const isOffline = (): boolean => typeof navigator !== 'undefined' && navigator.onLine === false;

/** Calls back when the network comes back or somebody looks at the page again; returns what ends it. In Node: never. */
export function onWake(wake: () => void): () => void {
  const seen = () => {
    if (typeof document !== 'undefined' && !document.hidden) wake();
  };
  if (typeof addEventListener !== 'undefined') addEventListener('online', wake);
  if (typeof document !== 'undefined') document.addEventListener('visibilitychange', seen);
  return () => {
    if (typeof removeEventListener !== 'undefined') removeEventListener('online', wake);
    if (typeof document !== 'undefined') document.removeEventListener('visibilitychange', seen);
  };
}

const KEY = 'fasttrack-client';
const fresh = newId();

/** A random name, the same in all tabs of a browser and after a restart of it; elsewhere the same while the process lives. */
export function clientId(): string {
  if (!isPage) return fresh;
  try {
    const known = localStorage.getItem(KEY);
    if (known !== null) return known;
    localStorage.setItem(KEY, fresh);
  } catch {
    // Somebody who allows no storage is a new person in each tab.
  }
  return fresh;
}

/** `crypto.randomUUID` is missing where the page came over plain http from another machine. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
