// A desk of its own for a measurement: made with the commands that an operator uses, its server run as often as there are
// cores, all on one database.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../tools/ports.mjs';
import { inProject } from '../tools/project.mjs';
import { answering } from './stage.mjs';

export const ORIGIN = 'https://desk.example';
const CERTDESK = inProject('apps/server/dist/certdesk.js');
const SERVER = inProject('apps/server/dist/main.js');

/**
 * Requests are counted against limits as always, and none is refused: all of them come from this machine. Who asks is
 * told in X-Forwarded-For, as by a proxy.
 */
const http = {
  trustProxy: ['127.0.0.1'],
  signInsPerMinute: 10_000_000,
  ordersPerMinute: 10_000_000,
  registrationsPerMinute: 10_000_000,
};

export class BenchDesk {
  /** @type {string} */
  folder;
  /** @type {string} */
  databaseUrl;
  /** Of the servers. @type {number[]} */
  ports = [];
  #stage;
  #name;
  /** @type {import('./stage.mjs').Program[]} */
  #servers = [];

  /**
   * @param {import('./stage.mjs').Stage} stage
   * @param {string} name lower-case letters; of the folder and the database
   * @param {string} databaseUrl
   */
  constructor(stage, name, databaseUrl) {
    this.#stage = stage;
    this.#name = name;
    this.folder = join(stage.folder, name);
    this.databaseUrl = databaseUrl;
  }

  /**
   * Makes the desk's files, and its database.
   * @param {import('./stage.mjs').Stage} stage
   * @param {string} name lower-case letters
   * @param {'sm2' | 'p256'} algorithm of the CA
   */
  static async make(stage, name, algorithm) {
    const desk = new BenchDesk(stage, name, await stage.database(name));
    writeFileSync(desk.#passphraseFile, 'only for measuring\n', { mode: 0o600 });
    const names = ['--url', ORIGIN, '--organisation', 'Bench CA', '--algorithm', algorithm];
    await desk.certdesk(
      'init',
      '--folder',
      desk.folder,
      ...names,
      '--root-passphrase-file',
      desk.#passphraseFile,
    );
    desk.configure({ http });
    return desk;
  }

  get #passphraseFile() {
    return `${this.folder}.passphrase`;
  }

  get configurationFile() {
    return join(this.folder, 'server.json');
  }

  /** As it stands in the file. */
  get configuration() {
    return JSON.parse(readFileSync(this.configurationFile, 'utf8'));
  }

  /** @param {object} change of the configuration */
  configure(change) {
    writeFileSync(this.configurationFile, JSON.stringify({ ...this.configuration, ...change }));
  }

  /**
   * Runs a command of the server's command line.
   * @param {string[]} args
   */
  async certdesk(...args) {
    const env = this.#env(this.configurationFile);
    await this.#stage.run(`${this.#name}-certdesk`, process.execPath, [CERTDESK, ...args], env);
  }

  /**
   * Starts as many servers as there are cores, and waits until they serve.
   * @param {string[]} [nodeArgs]
   */
  async start(nodeArgs = []) {
    for (let at = 0; at < availableParallelism(); at += 1) {
      const port = await freePort();
      const file = join(this.folder, `server-${at}.json`);
      // Each exports the audit log's heads to a file of its own, as nodes on different machines do.
      const own = { listen: { port }, audit: { heads: `heads-${at}.jsonl` } };
      writeFileSync(file, JSON.stringify({ ...this.configuration, ...own }));
      const name = `${this.#name}-server-${at}`;
      this.#servers.push(this.#stage.start(name, process.execPath, [...nodeArgs, SERVER], this.#env(file)));
      this.ports.push(port);
    }
    await Promise.all(
      this.#servers.map((server, at) => answering(server, `http://127.0.0.1:${this.ports[at]}/readyz`)),
    );
  }

  /** Process numbers of the servers. */
  get pids() {
    return this.#servers.map(({ child }) => child.pid ?? 0);
  }

  async stop() {
    await Promise.all(this.#servers.map((server) => this.#stage.stop(server)));
  }

  /** @param {string} configurationFile */
  #env(configurationFile) {
    return {
      ...process.env,
      CERTDESK_CONFIG: configurationFile,
      CERTDESK_PASSPHRASE_FILE: this.#passphraseFile,
      DATABASE_URL: this.databaseUrl,
    };
  }
}
