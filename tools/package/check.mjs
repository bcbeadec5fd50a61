// Whether what was packaged works where it will be used: the executable in an empty environment, the Debian package installed,
// run as an ordinary user, and removed again.

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject, say } from '../project.mjs';
import { account, runPackaged, servePackaged } from './run.mjs';
import { makeToken, TOKEN_LABEL, TOKEN_PIN, whyNoToken } from './token.mjs';

const NAME = 'certdesk-assistant';
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** nobody */
const ORDINARY_USER = 65534;

/**
 * @typedef {object} Check
 * @property {string} title
 * @property {string | undefined} [skip] why it cannot be done here
 * @property {() => void | Promise<void>} run
 */

/**
 * @param {{ executable: string, deb: string | undefined }} made
 * @returns {Promise<import('../outcome.mjs').Outcome>}
 */
export async function checkPackage({ executable, deb }) {
  const outcome = { passed: 0, failed: 0, skipped: 0 };
  for (const { title, skip, run } of [...executableChecks(executable), ...debianChecks(deb)]) {
    if (skip) {
      outcome.skipped += 1;
      say(`skipped: ${title} (${skip})`);
      continue;
    }
    try {
      await run();
      outcome.passed += 1;
      say(`passed:  ${title}`);
    } catch (error) {
      outcome.failed += 1;
      say(`FAILED:  ${title}\n${/** @type {Error} */ (error).stack}`);
    }
  }
  return outcome;
}

/** @param {string} executable @returns {Check[]} */
function executableChecks(executable) {
  return [
    {
      title: 'the executable runs without Node, in an empty environment and another folder',
      async run() {
        const folder = mkdtempSync(join(tmpdir(), 'certdesk-elsewhere-'));
        try {
          const copy = join(folder, NAME);
          copyFileSync(executable, copy);
          await worksAsAnAssistant(copy);
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    },
    {
      title: 'the executable reaches a token through PKCS#11, by the addon that it carries',
      skip: whyNoToken,
      run() {
        const folder = mkdtempSync(join(tmpdir(), 'certdesk-token-'));
        const user = account({ drivers: [makeToken(folder)] });
        try {
          const listed = runPackaged(executable, ['list'], user);
          expect(listed.out.includes(TOKEN_LABEL), `list said ${JSON.stringify(listed)}`);
          const verified = runPackaged(executable, ['verify-pin', '--pin-stdin'], user, `${TOKEN_PIN}\n`);
          expect(verified.code === 0, `verify-pin said ${JSON.stringify(verified)}`);
        } finally {
          user.remove();
          rmSync(folder, { recursive: true });
        }
      },
    },
  ];
}

/** @param {string | undefined} deb @returns {Check[]} */
function debianChecks(deb) {
  const skip = whyNotInstall(deb);
  const file = deb ?? '';
  return [
    {
      title: 'lintian has nothing to say of the package',
      skip: deb && succeeds('lintian', '--version') ? undefined : 'no lintian here',
      run() {
        const { stdout } = spawnSync(
          'lintian',
          ['--no-cfg', '--allow-root', '--fail-on', 'error,warning', file],
          {
            encoding: 'utf8',
          },
        );
        expect(stdout.trim() === '', stdout);
      },
    },
    {
      title: 'the package installs, an ordinary user runs what it installed, and it goes without a trace',
      skip,
      async run() {
        const remove = () => must('dpkg', '--purge', NAME);
        // Whoever interrupts the command finds the machine as it was, too.
        const interrupted = () => {
          remove();
          process.exit(130);
        };
        for (const signal of SIGNALS) process.on(signal, interrupted);
        try {
          must('dpkg', '--install', file);
          const installed = `/usr/bin/${NAME}`;
          for (const path of [
            `/etc/xdg/autostart/${NAME}.desktop`,
            `/usr/share/applications/${NAME}.desktop`,
            `/etc/${NAME}/config.json`,
          ])
            expect(existsSync(path), `${path} is missing`);
          const autostart = readFileSync(`/etc/xdg/autostart/${NAME}.desktop`, 'utf8');
          expect(autostart.includes(`Exec=${NAME} serve`), 'it does not start at login');
          await worksAsAnAssistant(installed, ORDINARY_USER);
        } finally {
          remove();
          for (const signal of SIGNALS) process.off(signal, interrupted);
        }
        for (const path of [`/usr/bin/${NAME}`, `/etc/${NAME}`, `/etc/xdg/autostart/${NAME}.desktop`])
          expect(!existsSync(path), `${path} was left`);
      },
    },
  ];
}

/** @param {string | undefined} deb */
function whyNotInstall(deb) {
  if (!deb) return 'there is no Debian package';
  if (process.getuid?.() !== 0) return 'only root can install it';
  if (succeeds('dpkg', '--status', NAME)) return `${NAME} is on this machine already, and is left alone`;
  if (existsSync(`/etc/${NAME}`)) return `/etc/${NAME} is there already, and is left alone`;
  return undefined;
}

/**
 * Version, keys, window, end.
 * @param {string} executable
 * @param {number} [uid] as whom
 */
async function worksAsAnAssistant(executable, uid) {
  const user = account({
    drivers: [{ family: 'virtual', folder: 'keys' }],
    ...(uid !== undefined && { uid }),
  });
  try {
    const { version } = JSON.parse(readFileSync(inProject('apps/assistant/package.json'), 'utf8'));
    const shown = runPackaged(executable, ['--version'], user);
    expect(shown.out === `${version}\n`, `--version said ${JSON.stringify(shown)}`);
    await makeKey(join(user.config, '..', 'keys'), uid);
    const listed = runPackaged(executable, ['list'], user);
    expect(/Key one .* V-1/.test(listed.out), `list said ${JSON.stringify(listed)}`);
    const serving = await servePackaged(executable, user);
    try {
      const page = await serving.ownWindow();
      expect(page.includes('<div id="app">') && page.length > 10_000, 'its window is empty');
    } finally {
      expect((await serving.stop()) === 0, 'it did not stop in order');
    }
  } finally {
    user.remove();
  }
}

/**
 * A virtual key, made by the project's own packages.
 * @param {string} folder
 * @param {number} [uid]
 */
async function makeKey(folder, uid) {
  const { createVirtualKey } = await import('@certdesk/token');
  const { mkdirSync, readdirSync } = await import('node:fs');
  mkdirSync(folder, { mode: 0o700 });
  const kdfCost = { logN: 1, r: 1, p: 1 };
  const pins = { pin: 'Secret-2468', adminPin: 'Admin-1357' };
  await createVirtualKey({ folder, name: 'k1', serial: 'V-1', label: 'Key one', ...pins, kdfCost });
  if (uid === undefined) return;
  for (const path of ['.', ...readdirSync(folder)]) chownSync(join(folder, path), uid, uid);
  chmodSync(folder, 0o700);
}

/** @param {string} command @param {string[]} args */
function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** @param {string} command @param {string[]} args */
function must(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  expect(status === 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`);
}

/** @param {boolean} condition @param {string} otherwise */
function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}
