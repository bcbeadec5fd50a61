// The Debian package: what it installs, laid out in a folder, and packed by dpkg-deb.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inProject } from '../project.mjs';
import { version } from './executable.mjs';

const NAME = 'certdesk-assistant';
const sources = (/** @type {string[]} */ ...parts) => inProject('apps/assistant', ...parts);

/** @returns {string} the package's architecture, in Debian's words */
export function debianArchitecture() {
  const names = /** @type {Record<string, string>} */ ({
    x64: 'amd64',
    arm64: 'arm64',
    ia32: 'i386',
    arm: 'armhf',
  });
  return names[process.arch] ?? process.arch;
}

/**
 * Lays out what the package installs.
 * @param {string} folder made new
 * @param {{ executable: string, defaults?: string | undefined }} parts `defaults`: the operator's configuration, a file
 */
export function stageDebian(folder, { executable, defaults }) {
  rmSync(folder, { recursive: true, force: true });
  const put = (/** @type {string} */ path, /** @type {string | Buffer} */ content, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), mode);
  };
  const text = (/** @type {string[]} */ ...parts) => readFileSync(sources(...parts), 'utf8');

  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  copyFileSync(executable, join(folder, 'usr/bin', NAME));
  chmodSync(join(folder, 'usr/bin', NAME), 0o755);
  put(`usr/share/applications/${NAME}.desktop`, text('desktop', `${NAME}.desktop`));
  put(`etc/xdg/autostart/${NAME}.desktop`, text('desktop', 'autostart.desktop'));
  put(`etc/${NAME}/config.json`, defaults ? readFileSync(defaults) : text('debian', 'config.json'));
  put(
    `usr/share/man/man1/${NAME}.1.gz`,
    compressed(text('debian', `${NAME}.1`).replaceAll('{version}', version)),
  );
  put(`usr/share/doc/${NAME}/copyright`, text('debian', 'copyright'));
  put(`usr/share/doc/${NAME}/changelog.gz`, compressed(changelog()));
  put(`usr/share/lintian/overrides/${NAME}`, text('debian', 'lintian-overrides'));
  const licence = nodeLicence();
  if (licence) put(`usr/share/doc/${NAME}/node-license.txt.gz`, compressed(readFileSync(licence, 'utf8')));

  const kb = Math.ceil(sizeOf(folder) / 1024);
  const control = text('debian', 'control')
    .replace('{version}', version)
    .replace('{architecture}', debianArchitecture())
    .replace('{size}', String(kb))
    .replace('{maintainer}', maintainer());
  put('DEBIAN/control', control);
  put('DEBIAN/conffiles', `/etc/${NAME}/config.json\n/etc/xdg/autostart/${NAME}.desktop\n`);
  openToRead(folder);
}

/**
 * @param {string} staged by `stageDebian`
 * @param {string} folder where the package goes
 * @param {{ compression?: 'xz' | 'none' }} [options]
 * @returns {string} its path
 */
export function packDebian(staged, folder, { compression = 'xz' } = {}) {
  const path = join(folder, `${NAME}_${version}_${debianArchitecture()}.deb`);
  const args = ['--build', '--root-owner-group', `-Z${compression}`, staged, path];
  const { status, stderr, error } = spawnSync('dpkg-deb', args, {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(builtAt() / 1000) },
  });
  if (status !== 0) throw new Error(`dpkg-deb made no package: ${error?.message ?? stderr}`);
  return path;
}

/** Who answers for this package: whoever builds it says so, in the variables of Debian's own tools. */
function maintainer() {
  const { DEBFULLNAME = 'certdesk', DEBEMAIL = 'certdesk@localhost' } = process.env;
  return `${DEBFULLNAME} <${DEBEMAIL}>`;
}

/** Milliseconds; not the present unless it is asked for, so that the same sources make the same package. */
function builtAt() {
  return Number(process.env.SOURCE_DATE_EPOCH ?? 1_767_225_600) * 1000;
}

/** What has changed in this version, in Debian's form. */
function changelog() {
  const own = readFileSync(inProject('CHANGELOG.md'), 'utf8').split(/^## /m)[1] ?? '';
  const points = own.split(/^- /m).slice(1);
  const lines = points.map((point) => `  * ${folded(point.trim(), 74).join('\n    ')}`);
  const date = new Date(builtAt()).toUTCString().replace('GMT', '+0000');
  return `${NAME} (${version}) unstable; urgency=medium\n\n${lines.join('\n')}\n\n -- ${maintainer()}  ${date}\n`;
}

/** @param {string} text @param {number} width @returns {string[]} */
function folded(text, width) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Without name and time inside, so that the same content is the same file. */
const compressed = (/** @type {string} */ content) => gzipSync(content, { level: 9 });

/** Node's own licence with those of all that is in it, as its distributions bring it along. */
function nodeLicence() {
  const places = [join(dirname(process.execPath), '..', 'LICENSE'), '/usr/share/doc/nodejs/LICENSE'];
  return places.find((place) => existsSync(place));
}

/** @param {string} folder @returns {number} */
function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}

/** Whatever the umask was: everybody may look into what the package installs. @param {string} folder */
function openToRead(folder) {
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(folder, name)).isDirectory()) chmodSync(join(folder, name), 0o755);
  }
}
