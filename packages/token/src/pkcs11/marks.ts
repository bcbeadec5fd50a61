/**
 * Data objects that are ours, told by CKA_APPLICATION: files, and marks on containers. PKCS#11 knows no empty container
 * and no removal that is whole or not at all, so both are written down before anything is done.
 */
import { CKA, CKO, type Handle, type Template } from '@certdesk/pkcs11';
import type { Session } from './session.ts';

/** `made`: a container with this name exists, though nothing may be in it yet. `removing`: it is being removed. */
export type MarkKind = 'made' | 'removing';

export interface Mark {
  readonly handle: Handle;
  readonly kind: MarkKind;
  readonly container: string;
}

export interface StoredFile {
  readonly handle: Handle;
  readonly name: string;
  /** Of two with one name, which a stop left, the one with the higher counts. */
  readonly version: number;
  readonly content: Uint8Array;
}

const MARK = /^certdesk container (made|removing)$/;
const FILE = /^certdesk file (\d{1,15})$/;

export async function readData(session: Session): Promise<{ marks: Mark[]; files: StoredFile[] }> {
  const marks: Mark[] = [];
  const files: StoredFile[] = [];
  for (const { handle, attributes } of await session.call('find', [
    session.handle,
    { [CKA.CLASS]: CKO.DATA, [CKA.TOKEN]: true },
    [CKA.APPLICATION, CKA.LABEL, CKA.VALUE],
  ])) {
    const application = textOf(attributes[CKA.APPLICATION]);
    const label = textOf(attributes[CKA.LABEL]);
    const kind = MARK.exec(application)?.[1] as MarkKind | undefined;
    if (kind) marks.push({ handle, kind, container: label });
    const version = FILE.exec(application)?.[1];
    const value = attributes[CKA.VALUE];
    const content = value instanceof Uint8Array ? value : new Uint8Array();
    if (version !== undefined) files.push({ handle, name: label, version: Number(version), content });
  }
  return { marks, files };
}

export function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8').replace(/\0+$/, '') : '';
}

export function markTemplate(kind: MarkKind, container: string): Template {
  return dataTemplate(`certdesk container ${kind}`, container, Buffer.from(container));
}

export function fileTemplate(name: string, version: number, content: Uint8Array): Template {
  return dataTemplate(`certdesk file ${version}`, name, content);
}

function dataTemplate(application: string, label: string, value: Uint8Array): Template {
  return {
    [CKA.CLASS]: CKO.DATA,
    [CKA.TOKEN]: true,
    // Seals are read without a PIN.
    [CKA.PRIVATE]: false,
    [CKA.APPLICATION]: application,
    [CKA.LABEL]: label,
    [CKA.VALUE]: value,
  };
}
