import { KeyError } from '../errors.ts';
import type { Handle } from './binding.ts';
import { lie } from './codes.ts';
import type { Connection } from './connection.ts';
import { fetchAll } from './library.ts';
import { readStructure } from './structures.ts';

/** At most 32 bytes (GM/T 0016). */
const FILE_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,30}[\x21-\x7e])?$/;
/** Rights: SECURE_EVERYONE_ACCOUNT reads, SECURE_USER_ACCOUNT writes. */
const EVERYONE = 0xff;
export const USER = 0x10;
/** Larger than any key's memory for files. */
const LONGEST = 1024 * 1024;

export async function listFiles(connection: Connection): Promise<{ name: string; size: number }[]> {
  const application = await connection.application();
  if (!application) return [];
  const { names, register } = connection.profile.containers;
  const files: { name: string; size: number }[] = [];
  for (const name of await connection.names('enumFiles', application.handle)) {
    if (names && name === register) continue;
    files.push({ name, size: await sizeOf(connection, application.handle, name) });
  }
  return files;
}

async function sizeOf(connection: Connection, application: Handle, name: string): Promise<number> {
  const info = await connection.call('getFileInfo', [application, name]);
  const { FileSize } = readStructure('FILEATTRIBUTE', info, connection.abi);
  if (FileSize > LONGEST) throw lie(`a file of ${FileSize} bytes`);
  return FileSize;
}

/** @throws KeyError `file-not-found` */
export async function readFile(connection: Connection, name: string): Promise<Uint8Array> {
  const application = await connection.neededApplication();
  if (!(await connection.names('enumFiles', application)).includes(name))
    throw new KeyError('file-not-found');
  return readContent(connection, application, name);
}

export async function readContent(
  connection: Connection,
  application: Handle,
  name: string,
): Promise<Uint8Array> {
  const size = await sizeOf(connection, application, name);
  const content = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const length = Math.min(connection.profile.fileChunk, size - at);
    const part = await fetchAll('a part of a file', length, (room) =>
      connection.call('readFile', [application, name, at, room]),
    );
    if (part.length === 0 || part.length > length) throw lie(`${part.length} of ${length} bytes of a file`);
    content.set(part, at);
    at += part.length;
  }
  return content;
}

/** @throws KeyError `file-name`, `no-room` */
export async function writeFile(connection: Connection, name: string, content: Uint8Array): Promise<void> {
  if (!FILE_NAME.test(name)) throw new KeyError('file-name');
  await replaceFile(connection, await connection.neededApplication(), name, content);
}

/** A file of the same size is overwritten, so that a full key can take it. */
export async function replaceFile(
  connection: Connection,
  application: Handle,
  name: string,
  content: Uint8Array,
): Promise<void> {
  const there = (await connection.names('enumFiles', application)).includes(name);
  const fits = there && (await sizeOf(connection, application, name)) === content.length;
  if (there && !fits) await connection.call('deleteFile', [application, name]);
  if (!fits) await connection.call('createFile', [application, name, content.length, EVERYONE, USER]);
  const { fileChunk } = connection.profile;
  for (let at = 0; at < content.length; at += fileChunk) {
    await connection.call('writeFile', [application, name, at, content.subarray(at, at + fileChunk)]);
  }
}

export async function removeFile(connection: Connection, name: string): Promise<void> {
  const application = await connection.neededApplication();
  if (!(await connection.names('enumFiles', application)).includes(name)) return;
  await connection.call('deleteFile', [application, name]);
}
