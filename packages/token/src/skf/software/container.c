/* Containers, their key pairs and certificates. */
#include "software.h"
#include <string.h>

static ULONG open_handle(OpenApplication *application, const char *name, HCONTAINER *handle) {
  *handle = new_container(application, name);
  return *handle ? SAR_OK : SAR_MEMORYERR;
}

static ULONG create(HAPPLICATION handle, LPSTR name, HCONTAINER *made) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  long room = switch_value("library", "containers", 2);
  Container *place = NULL;
  for (int i = 0; i < MAX_CONTAINERS && i < room && !place; i++)
    if (!work.application->containers[i].name[0]) place = &work.application->containers[i];
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!name || !*name || strlen(name) > 64) result = SAR_NAMELENERR;
  else if (find_container(work.application, name)) result = SAR_INVALIDPARAMERR;
  else if (!place) result = SAR_REACH_MAX_CONTAINER_COUNT;
  if (result != SAR_OK) return end_work(&work, result, 0);
  memset(place, 0, sizeof *place);
  strcpy(place->name, name);
  result = open_handle(application_of(handle), name, made);
  return end_work(&work, result, 1);
}

SKF_API ULONG SKF_CreateContainer(HAPPLICATION handle, LPSTR name, HCONTAINER *made) { CALL(create(handle, name, made)) }

static ULONG delete_container(HAPPLICATION handle, LPSTR name) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  Container *found = name ? find_container(work.application, name) : NULL;
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!found) result = SAR_INVALIDPARAMERR;
  else memset(found, 0, sizeof *found);
  return end_work(&work, result, result == SAR_OK);
}

SKF_API ULONG SKF_DeleteContainer(HAPPLICATION handle, LPSTR name) { CALL(delete_container(handle, name)) }

static ULONG enumerate(HAPPLICATION handle, LPSTR list, ULONG *size) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  char names[MAX_CONTAINERS * 66 + 2] = {0};
  size_t used = 0;
  for (int i = 0; i < MAX_CONTAINERS; i++) {
    const char *name = work.application->containers[i].name;
    if (!*name) continue;
    strcpy(names + used, name);
    used += strlen(name) + 1;
  }
  return end_work(&work, give("SKF_EnumContainer", list, size, names, used ? used + 1 : 2), 0);
}

SKF_API ULONG SKF_EnumContainer(HAPPLICATION handle, LPSTR list, ULONG *size) { CALL(enumerate(handle, list, size)) }

static ULONG open_container(HAPPLICATION handle, LPSTR name, HCONTAINER *opened) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  if (!name || !find_container(work.application, name)) return end_work(&work, SAR_INVALIDPARAMERR, 0);
  return end_work(&work, open_handle(application_of(handle), name, opened), 0);
}

SKF_API ULONG SKF_OpenContainer(HAPPLICATION handle, LPSTR name, HCONTAINER *opened) {
  CALL(open_container(handle, name, opened))
}

static ULONG close_container(HCONTAINER handle) {
  OpenContainer *open = container_of(handle);
  if (!open) return SAR_INVALIDHANDLEERR;
  open->used = 0;
  return SAR_OK;
}

SKF_API ULONG SKF_CloseContainer(HCONTAINER handle) { CALL(close_container(handle)) }

/* 0 unknown or empty, 1 RSA, 2 ECC */
static ULONG container_type(HCONTAINER handle, ULONG *type) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  *type = work.container->pairs[0].present || work.container->pairs[1].present ? 2 : 0;
  *type = (ULONG)switch_value("SKF_GetContainerType", "type", (long)*type);
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_GetContainerType(HCONTAINER handle, ULONG *type) { CALL(container_type(handle, type)) }

static void put_public_key(const Pair *pair, ECCPUBLICKEYBLOB *blob) {
  memset(blob, 0, sizeof *blob);
  blob->BitLen = 256;
  memcpy(blob->XCoordinate + 32, pair->point, 32);
  memcpy(blob->YCoordinate + 32, pair->point + 32, 32);
}

static ULONG generate(HCONTAINER handle, ULONG algorithm, ECCPUBLICKEYBLOB *blob) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  if (!logged_in(&work, USER_TYPE)) return end_work(&work, SAR_USER_NOT_LOGGED_IN, 0);
  if (algorithm != (ULONG)switch_value("library", "sm2", 0x20100)) return end_work(&work, SAR_INVALIDPARAMERR, 0);
  Pair *pair = &work.container->pairs[1];
  memset(pair, 0, sizeof *pair);
  if (!sm2_generate(pair->secret, pair->point)) return end_work(&work, SAR_FAIL, 0);
  pair->present = 1;
  put_public_key(pair, blob);
  Pair other = {0};
  if (switch_value("SKF_GenECCKeyPair", "wrong", 0) && sm2_generate(other.secret, other.point)) put_public_key(&other, blob);
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_GenECCKeyPair(HCONTAINER handle, ULONG algorithm, ECCPUBLICKEYBLOB *blob) {
  CALL(generate(handle, algorithm, blob))
}

static ULONG import_pair(HCONTAINER handle, ENVELOPEDKEYBLOB *blob) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const Pair *signing = &work.container->pairs[1];
  uint8_t key[16], plain[64], point[64];
  size_t length = sizeof key, count;
  const uint8_t *secret = plain + (switch_value("library", "envelope-left", 0) ? 0 : 32);
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!signing->present) result = SAR_KEYNOTFOUNTERR;
  else if (blob->Version != 1 || blob->ulSymmAlgID != SGD_SM4_ECB || blob->ulBits != 256) result = SAR_INVALIDPARAMERR;
  else if (!sm2_decrypt(signing->secret, signing->point, &blob->ECCCipherBlob, key, &length) || length != 16 ||
           !sm4(0, "ecb", key, NULL, 0, blob->cbEncryptedPriKey, 64, plain, &count) || !sm2_point(secret, point) ||
           memcmp(point, blob->PubKey.XCoordinate + 32, 32) || memcmp(point + 32, blob->PubKey.YCoordinate + 32, 32))
    result = SAR_INDATAERR;
  if (result != SAR_OK) return end_work(&work, result, 0);
  Pair *pair = &work.container->pairs[0];
  memset(pair, 0, sizeof *pair);
  pair->present = 1;
  memcpy(pair->secret, secret, 32);
  memcpy(pair->point, point, 64);
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_ImportECCKeyPair(HCONTAINER handle, ENVELOPEDKEYBLOB *blob) { CALL(import_pair(handle, blob)) }

static ULONG sign(HCONTAINER handle, BYTE *data, ULONG length, ECCSIGNATUREBLOB *signature) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const Pair *pair = &work.container->pairs[1];
  memset(signature, 0, sizeof *signature);
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!pair->present) result = SAR_KEYNOTFOUNTERR;
  else if (length != 32) result = SAR_INDATALENERR;
  else if (!sm2_sign(pair->secret, pair->point, data, signature->r + 32, signature->s + 32)) result = SAR_FAIL;
  if (switch_value("SKF_ECCSignData", "wrong", 0)) signature->s[63] ^= 1;
  return end_work(&work, result, 0);
}

SKF_API ULONG SKF_ECCSignData(HCONTAINER handle, BYTE *data, ULONG length, ECCSIGNATUREBLOB *signature) {
  CALL(sign(handle, data, length, signature))
}

static ULONG export_public_key(HCONTAINER handle, BOOL signing, BYTE *out, ULONG *length) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const Pair *pair = &work.container->pairs[signing ? 1 : 0];
  if (!pair->present) return end_work(&work, SAR_KEYNOTFOUNTERR, 0);
  ECCPUBLICKEYBLOB blob;
  put_public_key(pair, &blob);
  if (switch_value("SKF_ExportPublicKey", "wrong", 0)) blob.XCoordinate[63] ^= 1;
  return end_work(&work, give("SKF_ExportPublicKey", out, length, &blob, sizeof blob), 0);
}

SKF_API ULONG SKF_ExportPublicKey(HCONTAINER handle, BOOL signing, BYTE *out, ULONG *length) {
  CALL(export_public_key(handle, signing, out, length))
}

static ULONG import_certificate(HCONTAINER handle, BOOL signing, BYTE *certificate, ULONG length) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  Pair *pair = &work.container->pairs[signing ? 1 : 0];
  if (!logged_in(&work, USER_TYPE)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!pair->present) result = SAR_KEYNOTFOUNTERR;
  else if (length > MAX_CERTIFICATE) result = SAR_NO_ROOM;
  if (result != SAR_OK) return end_work(&work, result, 0);
  memcpy(pair->certificate, certificate, (size_t)length);
  pair->certificateLength = (uint32_t)length;
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_ImportCertificate(HCONTAINER handle, BOOL signing, BYTE *certificate, ULONG length) {
  CALL(import_certificate(handle, signing, certificate, length))
}

static ULONG export_certificate(HCONTAINER handle, BOOL signing, BYTE *out, ULONG *length) {
  Work work;
  ULONG result = begin_container(&work, handle);
  if (result != SAR_OK) return result;
  const Pair *pair = &work.container->pairs[signing ? 1 : 0];
  if (!pair->present || pair->certificateLength == 0) return end_work(&work, SAR_CERTNOTFOUNTERR, 0);
  return end_work(&work, give("SKF_ExportCertificate", out, length, pair->certificate, pair->certificateLength), 0);
}

SKF_API ULONG SKF_ExportCertificate(HCONTAINER handle, BOOL signing, BYTE *out, ULONG *length) {
  CALL(export_certificate(handle, signing, out, length))
}
