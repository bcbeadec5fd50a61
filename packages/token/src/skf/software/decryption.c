/* What the encryption key opens: session keys, as the standard has it; and plain ciphertexts, as vendors add it. */
#include "software.h"
#include <string.h>

static ULONG import_session_key(HCONTAINER handle, ULONG algorithm, BYTE *wrapped, ULONG length, HANDLE *made) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const ECCCIPHERBLOB *blob = (const ECCCIPHERBLOB *)wrapped;
  const Pair *pair = &work.container->pairs[0];
  uint8_t key[96];
  size_t count = sizeof key;
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!pair->present) result = SAR_KEYNOTFOUNTERR;
  else if (algorithm != SGD_SM4_ECB && algorithm != SGD_SM4_CBC) result = SAR_NOTSUPPORTYETERR;
  else if (length < offsetof(ECCCIPHERBLOB, Cipher) + blob->CipherLen) result = SAR_INDATALENERR;
  else if (!sm2_decrypt(pair->secret, pair->point, blob, key, &count) || count != 16) result = SAR_INDATAERR;
  if (result != SAR_OK) return end_work(&work, result, 0);
  SessionKey *session = new_session_key(work.device);
  if (!session) return end_work(&work, SAR_MEMORYERR, 0);
  session->algorithm = algorithm;
  memcpy(session->key, key, 16);
  *made = session;
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_ImportSessionKey(HCONTAINER handle, ULONG algorithm, BYTE *wrapped, ULONG length, HANDLE *made) {
  CALL(import_session_key(handle, algorithm, wrapped, length, made))
}

static ULONG decrypt_init(HANDLE handle, BLOCKCIPHERPARAM parameters) {
  SessionKey *session = session_key_of(handle);
  if (!session) return SAR_INVALIDHANDLEERR;
  if (session->algorithm == SGD_SM4_CBC && parameters.IVLen != 16) return SAR_INVALIDPARAMERR;
  memcpy(session->iv, parameters.IV, 16);
  session->padding = parameters.PaddingType;
  return SAR_OK;
}

SKF_API ULONG SKF_DecryptInit(HANDLE handle, BLOCKCIPHERPARAM parameters) { CALL(decrypt_init(handle, parameters)) }

static ULONG decrypt(HANDLE handle, BYTE *in, ULONG length, BYTE *out, ULONG *out_length) {
  SessionKey *session = session_key_of(handle);
  if (!session) return SAR_INVALIDHANDLEERR;
  if (!is_present(session->device->name)) return SAR_DEVICE_REMOVED;
  uint8_t plain[4096 + 16];
  size_t count;
  if (length > 4096) return SAR_INDATALENERR;
  if (!sm4(0, session->algorithm == SGD_SM4_CBC ? "cbc" : "ecb", session->key, session->iv, session->padding == 1, in, (size_t)length,
           plain, &count))
    return SAR_INDATAERR;
  return give("SKF_Decrypt", out, out_length, plain, count);
}

SKF_API ULONG SKF_Decrypt(HANDLE handle, BYTE *in, ULONG length, BYTE *out, ULONG *out_length) {
  CALL(decrypt(handle, in, length, out, out_length))
}

static ULONG close_handle(HANDLE handle) {
  SessionKey *session = session_key_of(handle);
  if (!session) return SAR_INVALIDHANDLEERR;
  memset(session, 0, sizeof *session);
  return SAR_OK;
}

SKF_API ULONG SKF_CloseHandle(HANDLE handle) { CALL(close_handle(handle)) }

static ULONG open_ciphertext(const char *function, HCONTAINER handle, const ECCCIPHERBLOB *blob, BYTE *out, ULONG *length) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const Pair *pair = &work.container->pairs[0];
  uint8_t plain[96];
  size_t count = sizeof plain;
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!pair->present) result = SAR_KEYNOTFOUNTERR;
  else if (!sm2_decrypt(pair->secret, pair->point, blob, plain, &count)) result = SAR_INDATAERR;
  else result = give(function, out, length, plain, count);
  return end_work(&work, result, 0);
}

SKF_API ULONG SKF_ECCDecrypt(HCONTAINER handle, ECCCIPHERBLOB *blob, BYTE *out, ULONG *length) {
  CALL(open_ciphertext(__func__, handle, blob, out, length))
}

/* 1 names the encryption key. */
SKF_API ULONG SKF_PrvKeyDecrypt(HCONTAINER handle, ULONG which, ECCCIPHERBLOB *blob, BYTE *out, ULONG *length) {
  CALL(which == 1 ? open_ciphertext(__func__, handle, blob, out, length) : SAR_NOTSUPPORTYETERR)
}
