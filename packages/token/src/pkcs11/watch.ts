import { type Native, NativeError } from '@certdesk/native';
import type { Handle, Pkcs11Functions, Slot } from '@certdesk/pkcs11';
import type { KeyEvent } from '../key.ts';

type Listener = (event: KeyEvent) => void;

/**
 * Tells who listens which tokens come and go. Modules are asked again and again: many wait for events badly or not at
 * all, and one that waits holds a process for it. A token that is back before it was looked at again is told by the
 * module's event, or by being another.
 */
export class SlotWatch {
  readonly #module: Native<Pkcs11Functions>;
  readonly #refOf: (slot: Slot) => string;
  readonly #isKey: (slot: Slot) => boolean;
  readonly #pollMs: number;
  readonly #listeners = new Set<Listener>();
  /** What was there when it was last looked at, by whomever. */
  #known: Map<string, string> | undefined;
  #tellsEvents = true;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    module: Native<Pkcs11Functions>,
    refOf: (slot: Slot) => string,
    isKey: (slot: Slot) => boolean,
    pollMs: number,
  ) {
    this.#module = module;
    this.#refOf = refOf;
    this.#isKey = isKey;
    this.#pollMs = pollMs;
  }

  add(listener: Listener): () => void {
    // Each has a name of its own, so that one function may listen twice.
    const own: Listener = (event) => listener(event);
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#end();
    };
  }

  /** Takes note of a token that somebody found. */
  note(slot: Slot): void {
    this.#known ??= new Map();
    this.#known.set(this.#refOf(slot), identityOf(slot));
  }

  /** Looks at once: for whoever finds a token missing before that was told. */
  look(): void {
    if (this.#listeners.size === 0) return;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
  }

  #begin(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), this.#pollMs).unref();
  }

  #end(): void {
    clearInterval(this.#timer);
  }

  async #lookOnce(): Promise<void> {
    try {
      const moved = new Set((await this.#events()).map(String));
      const slots = (await this.#module.call('slots', [])).filter(this.#isKey);
      const present = new Map(slots.map((slot) => [this.#refOf(slot), identityOf(slot)]));
      const changed = slots.filter((slot) => moved.has(String(slot.id))).map(this.#refOf);
      this.#compare(present, new Set(changed));
    } catch {
      // The module is missing, hung or crashed: `list` says so to whoever asks. What was there counts as gone.
      this.#compare(new Map(), new Set());
    }
  }

  /** Asked of a module for as long as it survives it: SoftHSM2 2.6 crashes in it where another process removed what it knew. */
  async #events(): Promise<Handle[]> {
    if (!this.#tellsEvents) return [];
    try {
      const moved = await this.#module.call('events', []);
      this.#tellsEvents = moved !== undefined;
      return moved ?? [];
    } catch (error) {
      this.#tellsEvents = false;
      if (error instanceof NativeError) return [];
      throw error;
    }
  }

  #compare(present: Map<string, string>, moved: ReadonlySet<string>): void {
    const before = this.#known;
    this.#known = present;
    // What was there when the watch began came before it.
    if (!before) return;
    const stays = (ref: string) => present.get(ref) === before.get(ref) && !moved.has(ref);
    for (const ref of before.keys()) if (!stays(ref)) this.#tell({ kind: 'removed', ref });
    for (const ref of present.keys()) if (!stays(ref)) this.#tell({ kind: 'inserted', ref });
  }

  #tell(event: KeyEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Labels change with use; what the maker wrote does not. */
function identityOf({ token: { manufacturer, model, serial } }: Slot): string {
  return [manufacturer, model, serial].join('\0');
}
