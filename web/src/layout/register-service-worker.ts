/** The page opens without a network too. Not while it is developed: an old file would hide a new one. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Where it may not be (plain http from another machine), the page works all the same.
  navigator.serviceWorker.register('/service-worker.js').catch(() => {});
}
