/* Applications and their PINs. */
#include "software.h"
#include <string.h>

static ULONG check_pin(const char *pin) {
  size_t length = pin ? strlen(pin) : 0;
  return length >= 6 && length <= 16 ? SAR_OK : SAR_PIN_LEN_RANGE;
}

static void set_pin(Pin *pin, const char *text, uint32_t max, int initial) {
  sm3(text, strlen(text), pin->digest);
  pin->maxTries = max;
  pin->tries = max;
  pin->initial = (uint8_t)initial;
}

/* A wrong PIN costs a try, which is written down before the answer. */
static ULONG try_pin(Pin *pin, const char *text, ULONG *tries) {
  uint8_t digest[32];
  if (pin->tries == 0) {
    if (tries) *tries = 0;
    return SAR_PIN_LOCKED;
  }
  sm3(text, strlen(text), digest);
  int right = memcmp(digest, pin->digest, 32) == 0;
  if (right) pin->tries = pin->maxTries;
  else pin->tries--;
  if (tries) *tries = pin->tries;
  return right ? SAR_OK : pin->tries == 0 ? SAR_PIN_LOCKED : SAR_PIN_INCORRECT;
}

static ULONG create(DEVHANDLE handle, LPSTR name, LPSTR admin, ULONG admin_tries, LPSTR user, ULONG user_tries, ULONG rights,
                    HAPPLICATION *made) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  Application *place = NULL;
  for (int i = 0; i < MAX_APPLICATIONS && !place; i++)
    if (!work.key.applications[i].name[0]) place = &work.key.applications[i];
  if (!work.device->authenticated) result = SAR_USER_NOT_LOGGED_IN;
  else if (!name || !*name || strlen(name) > 32) result = SAR_APPLICATION_NAME_INVALID;
  else if (find_application(&work.key, name)) result = SAR_APPLICATION_EXISTS;
  else if (check_pin(admin) || check_pin(user)) result = SAR_PIN_LEN_RANGE;
  else if (!place) result = SAR_NO_ROOM;
  if (result == SAR_OK) {
    memset(place, 0, sizeof *place);
    strcpy(place->name, name);
    place->createFileRights = (uint32_t)rights;
    set_pin(&place->pins[ADMIN_TYPE], admin, (uint32_t)admin_tries, 1);
    set_pin(&place->pins[USER_TYPE], user, (uint32_t)user_tries, 1);
    *logins(work.device, name) = 0;
    *made = new_application(work.device, name);
  }
  return end_work(&work, result, result == SAR_OK);
}

SKF_API ULONG SKF_CreateApplication(DEVHANDLE handle, LPSTR name, LPSTR admin, ULONG admin_tries, LPSTR user, ULONG user_tries,
                                    ULONG rights, HAPPLICATION *made) {
  CALL(create(handle, name, admin, admin_tries, user, user_tries, rights, made))
}

static ULONG enumerate(DEVHANDLE handle, LPSTR list, ULONG *size) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  char names[MAX_APPLICATIONS * 34 + 2] = {0};
  size_t used = 0;
  for (int i = 0; i < MAX_APPLICATIONS; i++) {
    const char *name = work.key.applications[i].name;
    if (!*name) continue;
    strcpy(names + used, name);
    used += strlen(name) + 1;
  }
  return end_work(&work, give("SKF_EnumApplication", list, size, names, used ? used + 1 : 2), 0);
}

SKF_API ULONG SKF_EnumApplication(DEVHANDLE handle, LPSTR list, ULONG *size) { CALL(enumerate(handle, list, size)) }

static ULONG open_application(DEVHANDLE handle, LPSTR name, HAPPLICATION *opened) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  if (!name || !find_application(&work.key, name)) return end_work(&work, SAR_APPLICATION_NOT_EXISTS, 0);
  *opened = new_application(work.device, name);
  return end_work(&work, *opened ? SAR_OK : SAR_MEMORYERR, 0);
}

SKF_API ULONG SKF_OpenApplication(DEVHANDLE handle, LPSTR name, HAPPLICATION *opened) {
  CALL(open_application(handle, name, opened))
}

static ULONG close_one(HAPPLICATION handle) {
  OpenApplication *open = application_of(handle);
  if (!open) return SAR_INVALIDHANDLEERR;
  close_application(open);
  return SAR_OK;
}

SKF_API ULONG SKF_CloseApplication(HAPPLICATION handle) { CALL(close_one(handle)) }

static ULONG delete_application(DEVHANDLE handle, LPSTR name) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  Application *found = name ? find_application(&work.key, name) : NULL;
  if (!work.device->authenticated) return end_work(&work, SAR_USER_NOT_LOGGED_IN, 0);
  if (!found) return end_work(&work, SAR_APPLICATION_NOT_EXISTS, 0);
  *logins(work.device, name) = 0;
  memset(found, 0, sizeof *found);
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_DeleteApplication(DEVHANDLE handle, LPSTR name) { CALL(delete_application(handle, name)) }

static ULONG pin_info(HAPPLICATION handle, ULONG type, ULONG *max, ULONG *tries, BOOL *initial) {
  Work work;
  if (type > USER_TYPE) return SAR_USER_TYPE_INVALID;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  const Pin *pin = &work.application->pins[type];
  *max = pin->maxTries;
  *tries = pin->tries;
  *initial = pin->initial;
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_GetPINInfo(HAPPLICATION handle, ULONG type, ULONG *max, ULONG *tries, BOOL *initial) {
  CALL(pin_info(handle, type, max, tries, initial))
}

static ULONG verify_pin(HAPPLICATION handle, ULONG type, LPSTR pin, ULONG *tries) {
  Work work;
  if (type > USER_TYPE) return SAR_USER_TYPE_INVALID;
  if (check_pin(pin)) return SAR_PIN_LEN_RANGE;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  result = try_pin(&work.application->pins[type], pin, tries);
  int *who = logins(work.device, work.application->name);
  if (result == SAR_OK) *who |= 1 << type;
  else *who &= ~(1 << type);
  return end_work(&work, result, 1);
}

SKF_API ULONG SKF_VerifyPIN(HAPPLICATION handle, ULONG type, LPSTR pin, ULONG *tries) {
  CALL(verify_pin(handle, type, pin, tries))
}

static ULONG change_pin(HAPPLICATION handle, ULONG type, LPSTR old_pin, LPSTR new_pin, ULONG *tries) {
  Work work;
  if (type > USER_TYPE) return SAR_USER_TYPE_INVALID;
  if (check_pin(old_pin) || check_pin(new_pin)) return SAR_PIN_LEN_RANGE;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  Pin *pin = &work.application->pins[type];
  result = try_pin(pin, old_pin, tries);
  if (result == SAR_OK) set_pin(pin, new_pin, pin->maxTries, 0);
  return end_work(&work, result, 1);
}

SKF_API ULONG SKF_ChangePIN(HAPPLICATION handle, ULONG type, LPSTR old_pin, LPSTR new_pin, ULONG *tries) {
  CALL(change_pin(handle, type, old_pin, new_pin, tries))
}

static ULONG unblock_pin(HAPPLICATION handle, LPSTR admin, LPSTR user, ULONG *tries) {
  Work work;
  if (check_pin(admin) || check_pin(user)) return SAR_PIN_LEN_RANGE;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  Pin *pins = work.application->pins;
  result = try_pin(&pins[ADMIN_TYPE], admin, tries);
  if (result == SAR_OK) {
    set_pin(&pins[USER_TYPE], user, pins[USER_TYPE].maxTries, 0);
    *logins(work.device, work.application->name) &= ~(1 << USER_TYPE);
  }
  return end_work(&work, result, 1);
}

SKF_API ULONG SKF_UnblockPIN(HAPPLICATION handle, LPSTR admin, LPSTR user, ULONG *tries) {
  CALL(unblock_pin(handle, admin, user, tries))
}

static ULONG clear_secure_state(HAPPLICATION handle) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  *logins(work.device, work.application->name) = 0;
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_ClearSecureState(HAPPLICATION handle) { CALL(clear_secure_state(handle)) }

/*
 * One vendor's addition: unblocking from afar. The answer is the new PIN, zero-padded to 16 bytes, under SM4 with the first 16
 * bytes of the admin PIN's digest, and 16 bytes over that and the random bytes with the same key.
 */
static ULONG unblock_request(HAPPLICATION handle, BYTE *out, ULONG length) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  if (!out || length != 8) return end_work(&work, SAR_INDATALENERR, 0);
  random_bytes(work.application->challenge, 8);
  work.application->challenged = 1;
  memcpy(out, work.application->challenge, 8);
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_GenRemoteUnblockRequest(HAPPLICATION handle, BYTE *out, ULONG length) {
  CALL(unblock_request(handle, out, length))
}

static ULONG remote_unblock(HAPPLICATION handle, BYTE *answer, ULONG length, ULONG *tries) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  Application *application = work.application;
  Pin *admin = &application->pins[ADMIN_TYPE];
  if (admin->tries == 0) result = SAR_PIN_LOCKED;
  else if (!application->challenged) result = SAR_FAIL;
  if (result != SAR_OK) return end_work(&work, result, 0);
  uint8_t block[32], digest[32], mac[16];
  char pin[17] = {0};
  size_t count = 0;
  int right = length == 32;
  if (right) {
    memcpy(block, answer, 16);
    memset(block + 16, 0, 16);
    memcpy(block + 16, application->challenge, 8);
    sm3(block, sizeof block, digest);
    sm4(1, "ecb", admin->digest, NULL, 0, digest, 16, mac, &count);
    right = memcmp(mac, answer + 16, 16) == 0;
  }
  if (right) sm4(0, "ecb", admin->digest, NULL, 0, answer, 16, (uint8_t *)pin, &count);
  right = right && check_pin(pin) == SAR_OK;
  if (right) {
    set_pin(&application->pins[USER_TYPE], pin, application->pins[USER_TYPE].maxTries, 0);
    application->challenged = 0;
    admin->tries = admin->maxTries;
  } else admin->tries--;
  if (tries) *tries = admin->tries;
  return end_work(&work, right ? SAR_OK : admin->tries ? SAR_PIN_INCORRECT : SAR_PIN_LOCKED, 1);
}

SKF_API ULONG SKF_RemoteUnblockPIN(HAPPLICATION handle, BYTE *answer, ULONG length, ULONG *tries) {
  CALL(remote_unblock(handle, answer, length, tries))
}
