/** Tells somebody who looks at another tab, if they allowed it; a click leads to the view. The same tag is told once. */
export function showWhenHidden(body: string, { tag, view }: { tag: string; view: string }): void {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  void show({ body, tag, icon: '/favicon.svg', data: { view } }, view);
}

async function show(options: NotificationOptions, view: string): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  // Telephones know them by the service worker only, which also hears of the click.
  if (registration?.active) return registration.showNotification('FastTrack', options);
  new Notification('FastTrack', options).addEventListener('click', () => {
    window.focus();
    location.hash = view;
  });
}
