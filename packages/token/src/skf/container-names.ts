import { KeyError } from '../errors.ts';
import type { Handle } from './binding.ts';
import type { Connection } from './connection.ts';
import { readContent, replaceFile } from './files.ts';

/**
 * The names of the containers on a key. Where applications open containers by fixed names, those are used in turn, and a
 * file on the key says which stands for which name of ours: nobody else could remember it.
 */
export class ContainerNames {
  /** As the library lists them. */
  readonly onKey: readonly string[];
  readonly #connection: Connection;
  readonly #application: Handle;
  /** Our name by the fixed one. */
  readonly #register: Readonly<Record<string, string>>;

  private constructor(
    connection: Connection,
    application: Handle,
    onKey: readonly string[],
    register: Readonly<Record<string, string>>,
  ) {
    this.#connection = connection;
    this.#application = application;
    this.onKey = onKey;
    this.#register = register;
  }

  static async read(connection: Connection, application: Handle): Promise<ContainerNames> {
    const onKey = await connection.names('enumContainer', application);
    const { names, register } = connection.profile.containers;
    const written = names ? await readRegister(connection, application, register) : {};
    // An entry outlives its container where a removal was cut off.
    const valid = Object.entries(written).filter(([fixed]) => onKey.includes(fixed));
    return new ContainerNames(connection, application, onKey, Object.fromEntries(valid));
  }

  /** So many more containers may be made; undefined where that shows only then. */
  get room(): number | undefined {
    const { max, names } = this.#connection.profile.containers;
    const unused = names?.filter((name) => !this.onKey.includes(name)).length;
    const free = max === null ? undefined : Math.max(0, max - this.onKey.length);
    if (unused === undefined || free === undefined) return unused ?? free;
    return Math.min(unused, free);
  }

  shown(onKey: string): string {
    return this.#register[onKey] ?? onKey;
  }

  find(name: string): string | undefined {
    return this.onKey.find((one) => this.shown(one) === name);
  }

  /** The name that a new container has on the key. It is written down before the container is made. */
  async take(name: string): Promise<string> {
    const { names } = this.#connection.profile.containers;
    if (!names) return name;
    const fixed = names.find((one) => !this.onKey.includes(one));
    if (fixed === undefined) throw new KeyError('no-room');
    await this.#write({ ...this.#register, [fixed]: name });
    return fixed;
  }

  /** After a container was removed. */
  async free(onKey: string): Promise<void> {
    if (!(onKey in this.#register)) return;
    const { [onKey]: _, ...others } = this.#register;
    await this.#write(others);
  }

  async #write(register: Readonly<Record<string, string>>): Promise<void> {
    const content = Buffer.from(JSON.stringify(register), 'latin1');
    await replaceFile(
      this.#connection,
      this.#application,
      this.#connection.profile.containers.register,
      content,
    );
  }
}

async function readRegister(
  connection: Connection,
  application: Handle,
  file: string,
): Promise<Record<string, string>> {
  if (!(await connection.names('enumFiles', application)).includes(file)) return {};
  try {
    const content: unknown = JSON.parse(
      Buffer.from(await readContent(connection, application, file)).toString('latin1'),
    );
    if (typeof content !== 'object' || content === null) return {};
    return Object.fromEntries(Object.entries(content).filter(([, name]) => typeof name === 'string'));
  } catch (error) {
    // Cut off while it was written: the container that it was written for was not made yet.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
