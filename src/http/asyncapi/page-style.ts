/** Inside the page, whose policy names its hash: nothing else may style it. */
export const STYLE = `
:root { color-scheme: light dark; --line: #dfdbd1; --quiet: #5b6068; --tint: #f5f3ee; --accent: #b8400b; }
@media (prefers-color-scheme: dark) {
  :root { --line: #2e333a; --quiet: #a4a7ac; --tint: #191c21; --accent: #ff9a57; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 56rem; font: 1rem/1.5 system-ui, sans-serif; }
nav a { margin-right: 1rem; }
a { color: var(--accent); }
h1 { margin-bottom: 0.5rem; }
h2 { margin-top: 3rem; }
section { border-top: 1px solid var(--line); padding: 0.75rem 0; scroll-margin-top: 1rem; }
section:target h3 { color: var(--accent); }
h3 { margin: 0.25rem 0; }
p { margin: 0.25rem 0 0.5rem; }
.address { color: var(--quiet); overflow-wrap: anywhere; }
.address b { color: CanvasText; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
code, pre { font: 0.875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
h3 code { font-size: 1rem; font-weight: 600; }
pre { margin: 0.5rem 0; padding: 0.75rem; background: var(--tint); overflow-x: auto; border-radius: 8px; }
summary { cursor: pointer; color: var(--quiet); }
`;
