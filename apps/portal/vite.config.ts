import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Tests weigh what is shipped: without this, their build would carry the names and lines of all sources.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist/pages',
    emptyOutDir: true,
    target: ['chrome87', 'firefox91', 'safari15'],
    cssTarget: ['chrome87', 'firefox91', 'safari15'],
    // The content security policy allows nothing inline, and what is fetched after signing in is one small chunk.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
