import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import { ownVariables, theme } from '../web/src/theme/theme.ts';

const THEME_STYLES = 'virtual:theme-styles.css';

/** Mantine would write the theme's variables into a `<style>` while the page runs, which the policy of styles does not allow. */
function themeStyles(): Plugin {
  return {
    name: 'theme-styles',
    resolveId: (id) => (id === THEME_STYLES ? `\0${THEME_STYLES}` : null),
    load(id) {
      if (id !== `\0${THEME_STYLES}`) return null;
      const whole = mergeMantineTheme(DEFAULT_THEME, theme);
      return [defaultCssVariablesResolver, ownVariables]
        .map((resolve) => convertCssVariables(resolve(whole), ':root'))
        .join('\n');
    },
  };
}

/** How Vite builds and serves `web/`. */
export const webSettings = {
  root: 'web',
  configFile: false,
  plugins: [react(), themeStyles()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // Left to itself it would make a file of each of a hundred small parts.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler|zod|i18next|react-i18next|wouter|@tanstack|@floating-ui)\//,
            },
            { name: 'shared', test: /node_modules|\/(web|client|contract)\//, minShareCount: 7 },
          ],
        },
      },
    },
  },
} satisfies InlineConfig;
