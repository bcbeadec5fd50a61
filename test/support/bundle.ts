import { build } from 'vite';

/**
 * Makes programs out of TypeScript sources, for tests that need processes of their own: plain Node 20 cannot run TypeScript.
 * The workspace's packages go in; what is installed is found from `outDir`, unless it goes in as well.
 * @param input program by name; `<outDir>/<name>.mjs` is what runs
 */
export async function bundlePrograms(
  input: Readonly<Record<string, string>>,
  outDir: string,
  { withInstalled = false } = {},
): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    ssr: { resolve: { conditions: ['source'] }, noExternal: withInstalled || [/^@certdesk\//] },
    build: {
      ssr: true,
      outDir,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        input: { ...input },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
}
