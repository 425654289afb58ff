import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The console's page. Its addresses are relative, because a proxy may serve it under a prefix. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  html: { cspNonce: '%NONCE%' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
  },
});
