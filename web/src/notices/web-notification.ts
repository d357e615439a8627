/** Tells somebody who looks at another tab, if they allowed it. The same tag is told once. */
export function showWhenHidden(title: string, body: string, tag: string): void {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  void show(title, { body, tag, icon: '/favicon.svg' });
}

async function show(title: string, options: NotificationOptions): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  // Telephones know them by the service worker only.
  if (worker !== undefined) await worker.showNotification(title, options);
  // oxlint-disable-next-line no-new -- making it shows it.
  else new Notification(title, options);
}
