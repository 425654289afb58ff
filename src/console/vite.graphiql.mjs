import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** GraphiQL and React as one script, for the page at `/graphql`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/graphiql', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    copyPublicDir: false,
    cssCodeSplit: false,
    lib: {
      entry: fileURLToPath(new URL('graphiql/globals.ts', import.meta.url)),
      formats: ['iife'],
      name: 'unused',
      fileName: () => 'graphiql.js',
      cssFileName: 'graphiql',
    },
  },
});
