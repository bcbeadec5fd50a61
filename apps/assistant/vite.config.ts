import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const inWindow = (path: string) => fileURLToPath(new URL(`window/${path}`, import.meta.url));

// One script and one style sheet: the assistant puts both inside the one page that it serves.
export default defineConfig({
  root: inWindow(''),
  // Tests weigh what is shipped: without this, their build would carry the names and lines of all sources.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: fileURLToPath(new URL('dist/window', import.meta.url)),
    emptyOutDir: true,
    target: ['chrome87', 'firefox91', 'safari15'],
    cssTarget: ['chrome87', 'firefox91', 'safari15'],
    modulePreload: false,
    rollupOptions: {
      input: inWindow('main.tsx'),
      output: { entryFileNames: 'window.js', assetFileNames: 'window[extname]' },
    },
  },
});
