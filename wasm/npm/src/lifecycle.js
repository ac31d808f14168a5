// A page that wakes up looks at its link at once, instead of waiting for a timer that browsers slow down in hidden tabs.
export function follow_page(client) {
  const wake = () => client.wake();
  const listen = (target, type, handler) => {
    target.addEventListener(type, handler);
    client.once('end', () => target.removeEventListener(type, handler));
  };
  listen(globalThis, 'online', wake);
  if (typeof document === 'undefined') return;  // a worker
  listen(document, 'visibilitychange', () => { if (!document.hidden) wake(); });
  listen(document, 'resume', wake);
  listen(globalThis, 'pageshow', (event) => { if (event.persisted) wake(); });
}
