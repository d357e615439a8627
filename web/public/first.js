// What must be so before anything else runs. A file of its own: the policy allows no inline script.
(function () {
  // zod would try whether it may compile code, and the policy of scripts would report that.
  globalThis.__zod_globalConfig = { jitless: true };

  // Nobody who chose dark is dazzled by a first paint in white.
  let chosen = null;
  try {
    chosen = localStorage.getItem('mantine-color-scheme-value');
  } catch (error) {
    // Whoever allows no storage gets what the system prefers.
    void error;
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
