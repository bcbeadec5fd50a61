// The assistant as one file that needs no Node: its program in one script, window and native addon as assets, inside a
// copy of the Node that runs this (Node's "single executable applications").

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inject } from 'postject';
import { build } from 'vite';
import { inProject } from '../project.mjs';

/** By which Node finds its blob, and how postject knows that this Node can have one. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export const version = /** @type {string} */ (
  JSON.parse(readFileSync(inProject('apps/assistant/package.json'), 'utf8')).version
);

/**
 * Makes the executable.
 * @param {string} folder for it and what it is made of
 * @param {string} [window] folder of the built window
 * @returns {Promise<string>} its path
 * @throws {Error} when this Node cannot be packaged
 */
export async function buildExecutable(folder, window = inProject('apps/assistant/dist/window')) {
  mkdirSync(folder, { recursive: true });
  const script = await bundle(folder);
  const blob = makeBlob(folder, script, window);
  const path = join(folder, process.platform === 'win32' ? 'certdesk-assistant.exe' : 'certdesk-assistant');
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o755);
  if (!readFileSync(path).includes(FUSE))
    throw new Error(
      `${process.execPath} is a Node that cannot carry a program (it keeps itself in a shared library, for one). Use one from nodejs.org.`,
    );
  await inject(path, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' && { machoSegmentName: 'NODE_SEA' }),
  });
  return path;
}

/**
 * The program and everything that it uses, in one CommonJS file: a single executable of Node 20 takes no modules.
 * vite's own bundler (rolldown) does it, as for the tests' programs.
 * @param {string} folder
 */
async function bundle(folder) {
  const outDir = join(folder, 'script');
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    ssr: {
      resolve: { conditions: ['source'] },
      noExternal: true,
      // Unpacked and loaded by apps/assistant/src/single-file/koffi.ts.
      external: ['koffi'],
    },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        input: { main: inProject('apps/assistant/src/single-file/main.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  });
  return join(outDir, 'main.cjs');
}

/**
 * @param {string} folder
 * @param {string} main
 * @param {string} window
 */
function makeBlob(folder, main, window) {
  const built = (/** @type {string} */ extension) => {
    const [name] = existsSync(window) ? readdirSync(window).filter((file) => file.endsWith(extension)) : [];
    if (!name) throw new Error('The window is not built: npm run build.');
    return join(window, name);
  };
  const versionFile = join(folder, 'version');
  writeFileSync(versionFile, version);
  const config = join(folder, 'sea.json');
  const output = join(folder, 'sea.blob');
  const assets = {
    version: versionFile,
    'window.js': built('.js'),
    'window.css': built('.css'),
    'koffi.node': koffiAddon(),
  };
  writeFileSync(
    config,
    JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true, useCodeCache: true }),
  );
  const { status, stderr } = spawnSync(process.execPath, ['--experimental-sea-config', config], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Node made no blob: ${stderr}`);
  return output;
}

/** koffi's prebuilt addon for this machine. Of the two for Linux, the one for glibc: Node's own builds need that. */
function koffiAddon() {
  const { platform, arch } = process;
  const require = createRequire(inProject('packages/native/package.json'));
  const loader = createRequire(require.resolve('koffi')).resolve(`@koromix/koffi-${platform}-${arch}`);
  const path = join(loader, '..', `${platform}_${arch}`, 'koffi.node');
  if (!existsSync(path)) throw new Error(`There is no koffi for ${platform} ${arch}.`);
  return path;
}
