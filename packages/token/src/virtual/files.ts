import { KeyError } from '../errors.ts';
import { type Contents, fromBase64, toBase64 } from './state.ts';

/** At most 32 bytes (GM/T 0016). */
const FILE_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,30}[\x21-\x7e])?$/;

export function fileSizes(contents: Contents): { name: string; size: number }[] {
  return contents.files.map(({ name, content }) => ({ name, size: fromBase64(content).length }));
}

/** @throws KeyError `file-not-found` */
export function fileContent(contents: Contents, name: string): Uint8Array {
  const found = contents.files.find((file) => file.name === name);
  if (!found) throw new KeyError('file-not-found');
  return fromBase64(found.content);
}

/** @throws KeyError `file-name`, `no-room` */
export function withFile(contents: Contents, name: string, content: Uint8Array): Contents {
  if (!FILE_NAME.test(name)) throw new KeyError('file-name');
  const others = withoutFile(contents, name);
  const taken = fileSizes(others).reduce((sum, { size }) => sum + size, 0);
  if (taken + content.length > contents.fileSpace) throw new KeyError('no-room');
  return { ...others, files: [...others.files, { name, content: toBase64(content) }] };
}

export function withoutFile(contents: Contents, name: string): Contents {
  return { ...contents, files: contents.files.filter((file) => file.name !== name) };
}
