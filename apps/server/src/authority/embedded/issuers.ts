/** The issuing CAs of this authority, those that issue and those that did. */
import { stat } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import { authorityFiles } from './files.ts';
import { type IssuerEntry, readIssuersFile } from './issuers-file.ts';
import { activeOf, type IssuingCa, openIssuer } from './open.ts';

export interface Issuers {
  /** All of them, the main series first; as they were when `refresh` last looked. */
  all(): readonly IssuingCa[];
  /** The one that issues now in a series, or in the main one. @throws DeskError `authority-unavailable` */
  active(series?: string): IssuingCa;
  /** By its name; looks for it anew if it is not known. @throws DeskError `authority-unavailable` */
  named(name: string): Promise<IssuingCa>;
  /** By its own name in certificates, as the register writes it: no two have the same. */
  withSubject(subject: string): IssuingCa | undefined;
  /** Takes up what a command has changed meanwhile. What cannot be taken up changes nothing and is told to `onTrouble`. */
  refresh(): Promise<void>;
  /** Leaves HSMs. */
  close(): Promise<void>;
}

/** Issuing CAs that are open already and stay as they are. */
export function fixedIssuers(list: readonly IssuingCa[], clock: Clock): Issuers {
  return issuersOver(() => list, clock);
}

/** A change that cannot be taken up is tried again so often. */
const retryMs = 30_000;

export interface OpenIssuersOptions {
  readonly folder: string;
  readonly passphrase: string;
  readonly clock: Clock;
  readonly onTrouble?: (error: unknown) => void;
  /** After a change was taken up. */
  readonly onChange?: (all: readonly IssuingCa[]) => void;
}

/**
 * Opens the issuing CAs in an authority's folder, and follows what commands change there.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`
 */
export async function openIssuers(options: OpenIssuersOptions): Promise<Issuers> {
  const { folder, clock } = options;
  let seen = await fingerprint(folder);
  let state = await load(options, new Map());
  if (!activeOf(list(state), list(state)[0]?.series ?? '', clock()))
    throw new DeskError('configuration-invalid', {
      where: `${authorityFiles(folder).issuers}: no issuing CA of the main series is active`,
    });
  let running: Promise<void> | undefined;

  /** What could not be taken up, and when that was tried. */
  let failed: { readonly print: string; readonly at: number } | undefined;

  async function look(): Promise<void> {
    // Taken before reading: what changes while it is read is read again.
    const print = await fingerprint(folder);
    if (print === seen) return;
    const at = clock().getTime();
    // An HSM may come back; but nobody who asks for a certificate is to wait for it each time.
    if (failed?.print === print && at - failed.at < retryMs) return;
    const before = state;
    try {
      state = await load(options, before);
    } catch (error) {
      failed = { print, at };
      throw error;
    }
    seen = print;
    const kept = new Set(list(state));
    await Promise.all(list(before).map((ca) => (kept.has(ca) ? undefined : ca.signer.close?.())));
    options.onChange?.(list(state));
  }

  return issuersOver(
    () => list(state),
    clock,
    async () => {
      running ??= look()
        .catch((error: unknown) => options.onTrouble?.(error))
        .finally(() => {
          running = undefined;
        });
      await running;
    },
  );
}

/** By their entries' JSON, in their order. */
type Opened = ReadonlyMap<string, IssuingCa>;
const list = (opened: Opened): readonly IssuingCa[] => [...opened.values()];

/** Opens what is not open yet: keys stay open over a change of others. */
async function load({ folder, passphrase }: OpenIssuersOptions, before: Opened): Promise<Opened> {
  const entries = await readIssuersFile(folder);
  const open = async (entry: IssuerEntry) => {
    const key = JSON.stringify(entry);
    return [key, before.get(key) ?? (await openIssuer(entry, { folder, passphrase }))] as const;
  };
  const opened = new Map(await Promise.all(entries.map(open)));
  const subjects = list(opened).map(({ certificate }) => certificate.subject.toString());
  const twice = subjects.find((subject, at) => subjects.indexOf(subject) !== at);
  // CRLs, and everybody who verifies, know a CA by its name.
  if (twice !== undefined) {
    const { issuers: file } = authorityFiles(folder);
    throw new DeskError('configuration-invalid', { where: `${file}: two issuing CAs are called ${twice}` });
  }
  return opened;
}

async function fingerprint(folder: string): Promise<string> {
  try {
    const { mtimeMs, ino, size } = await stat(authorityFiles(folder).issuers);
    return [mtimeMs, ino, size].join();
  } catch {
    return 'none';
  }
}

function issuersOver(all: () => readonly IssuingCa[], clock: Clock, refresh = async () => {}): Issuers {
  const byName = (name: string) => all().find((ca) => ca.name === name);
  return {
    all,
    refresh,
    active(series = all()[0]?.series ?? '') {
      const ca = activeOf(all(), series, clock());
      if (!ca) throw new DeskError('authority-unavailable', { issuer: series });
      return ca;
    },
    async named(name) {
      if (!byName(name)) await refresh();
      const ca = byName(name);
      if (!ca) throw new DeskError('authority-unavailable', { issuer: name });
      return ca;
    },
    withSubject: (subject) => all().find(({ certificate }) => certificate.subject.toString() === subject),
    async close() {
      await Promise.all(all().map(({ signer }) => signer.close?.()));
    },
  };
}
