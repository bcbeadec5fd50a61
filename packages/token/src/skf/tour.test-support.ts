/** Everything that is done to a key, once. */
import { certify, makeTwin } from '../certificates.test-support.ts';
import type { Key } from '../index.ts';
import { PIN } from './software.test-support.ts';

const message = new TextEncoder().encode('what is signed');
const block = new Uint8Array(16).fill(7);

/** Leaves the key as it found it, where nothing goes wrong; and goes well after a tour that was cut off anywhere. */
export async function tour(key: Key): Promise<void> {
  await key.verifyPin(PIN);
  for (const name of ['tour', 'twins']) await key.removeContainer(name);
  await key.createContainer('tour');
  const publicKey = await key.generateKeyPair('tour', 'sm2');
  await key.sign('tour', message);
  await key.writeCertificate('tour', 'signing', await certify(publicKey));
  const twin = await makeTwin(publicKey);
  await key.importEncryptionKey('tour', twin);
  await key.decryptByWrappedKey('tour', twin.key.publicKey.encrypt(block), block);
  await key.containers();
  await key.writeFile('SEAL', new Uint8Array(1500).fill(1));
  await key.readFile('SEAL');
  await key.listFiles();
  await key.removeFile('SEAL');
  await key.removeContainer('tour');
  await key.info();
  await key.logout();
}

/** The functions of the library that a tour calls, but for those that give handles back. */
export const toured = [
  'SKF_VerifyPIN',
  'SKF_EnumContainer',
  'SKF_LockDev',
  'SKF_CreateContainer',
  'SKF_OpenContainer',
  'SKF_GetContainerType',
  'SKF_GenECCKeyPair',
  'SKF_ExportPublicKey',
  'SKF_ECCSignData',
  'SKF_ImportCertificate',
  'SKF_ImportECCKeyPair',
  'SKF_ImportSessionKey',
  'SKF_DecryptInit',
  'SKF_Decrypt',
  'SKF_ExportCertificate',
  'SKF_EnumFiles',
  'SKF_CreateFile',
  'SKF_WriteFile',
  'SKF_GetFileInfo',
  'SKF_ReadFile',
  'SKF_DeleteFile',
  'SKF_DeleteContainer',
  'SKF_GetDevInfo',
  'SKF_GetPINInfo',
  'SKF_ClearSecureState',
] as const;
