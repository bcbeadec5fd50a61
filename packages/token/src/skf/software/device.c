/* Devices: coming and going, connecting, authenticating. */
#include "software.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static ULONG enum_devices(LPSTR list, ULONG *size) {
  char names[2048];
  size_t length = list_devices(names, sizeof names);
  return give("SKF_EnumDev", list, size, names, length);
}

SKF_API ULONG SKF_EnumDev(BOOL present, LPSTR list, ULONG *size) {
  (void)present;
  CALL(enum_devices(list, size))
}

static ULONG connect_device(LPSTR name, DEVHANDLE *handle) {
  if (!name || !handle) return SAR_INVALIDPARAMERR;
  if (!is_present(name)) return SAR_DEVICE_REMOVED;
  *handle = new_device(name);
  return *handle ? SAR_OK : SAR_MEMORYERR;
}

SKF_API ULONG SKF_ConnectDev(LPSTR name, DEVHANDLE *handle) { CALL(connect_device(name, handle)) }

static ULONG disconnect(DEVHANDLE handle) {
  Device *device = device_of(handle);
  if (!device) return SAR_INVALIDHANDLEERR;
  close_device(device);
  return SAR_OK;
}

SKF_API ULONG SKF_DisConnectDev(DEVHANDLE handle) { CALL(disconnect(handle)) }

static ULONG device_state(LPSTR name, ULONG *state) {
  if (!name || !state) return SAR_INVALIDPARAMERR;
  *state = (ULONG)is_present(name);
  return SAR_OK;
}

SKF_API ULONG SKF_GetDevState(LPSTR name, ULONG *state) { CALL(device_state(name, state)) }

static ULONG device_info(DEVHANDLE handle, DEVINFO *info) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  if (!info) return end_work(&work, SAR_INVALIDPARAMERR, 0);
  memset(info, 0, sizeof *info);
  info->Version.major = 1;
  snprintf(info->Manufacturer, sizeof info->Manufacturer, "certdesk");
  snprintf(info->Issuer, sizeof info->Issuer, "certdesk tests");
  memcpy(info->Label, work.key.label, sizeof info->Label);
  snprintf(info->SerialNumber, sizeof info->SerialNumber, "S-%.29s", work.device->name);
  info->HWVersion.major = info->FirmwareVersion.major = 1;
  info->AlgSymCap = 0x403;
  info->AlgAsymCap = 0x20700;
  info->AlgHashCap = 1;
  info->DevAuthAlgId = SGD_SM4_ECB;
  info->TotalSpace = sizeof(Key);
  info->FreeSpace = MAX_FILE;
  info->MaxECCBufferSize = 96;
  info->MaxBufferSize = 4096;
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_GetDevInfo(DEVHANDLE handle, DEVINFO *info) { CALL(device_info(handle, info)) }

static ULONG set_label(DEVHANDLE handle, LPSTR label) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  if (!label || strlen(label) > 32) return end_work(&work, SAR_INVALIDPARAMERR, 0);
  memset(work.key.label, 0, sizeof work.key.label);
  memcpy(work.key.label, label, strlen(label));
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_SetLabel(DEVHANDLE handle, LPSTR label) { CALL(set_label(handle, label)) }

static ULONG lock_device(DEVHANDLE handle, ULONG timeout) {
  Device *device = device_of(handle);
  if (!device) return SAR_INVALIDHANDLEERR;
  if (device->gone || !is_present(device->name)) return SAR_DEVICE_REMOVED;
  if (device->locks == 0) {
    ULONG result = take_device(device->name, timeout, &device->lock);
    if (result != SAR_OK) return result;
  }
  device->locks++;
  return SAR_OK;
}

SKF_API ULONG SKF_LockDev(DEVHANDLE handle, ULONG timeout) { CALL(lock_device(handle, timeout)) }

static ULONG unlock_device(DEVHANDLE handle) {
  Device *device = device_of(handle);
  if (!device) return SAR_INVALIDHANDLEERR;
  if (device->locks > 0 && --device->locks == 0) {
    release_device(device->lock);
    device->lock = -1;
  }
  return SAR_OK;
}

SKF_API ULONG SKF_UnlockDev(DEVHANDLE handle) { CALL(unlock_device(handle)) }

static ULONG generate_random(DEVHANDLE handle, BYTE *out, ULONG length) {
  Device *device = device_of(handle);
  if (!device) return SAR_INVALIDHANDLEERR;
  if (device->gone || !is_present(device->name)) return SAR_DEVICE_REMOVED;
  if (!out || !random_bytes(out, (size_t)length)) return SAR_FAIL;
  memset(device->challenge, 0, sizeof device->challenge);
  memcpy(device->challenge, out, length < 8 ? (size_t)length : 8);
  return SAR_OK;
}

SKF_API ULONG SKF_GenRandom(DEVHANDLE handle, BYTE *out, ULONG length) { CALL(generate_random(handle, out, length)) }

/* The last 8 random bytes, zero-padded to a block, under the device key; each is good for one try. */
static ULONG authenticate(DEVHANDLE handle, BYTE *data, ULONG length) {
  Work work;
  ULONG result = begin_device(&work, handle);
  if (result != SAR_OK) return result;
  uint8_t expected[16];
  size_t count;
  sm4(1, "ecb", work.key.deviceKey, NULL, 0, work.device->challenge, 16, expected, &count);
  memset(work.device->challenge, 0, sizeof work.device->challenge);
  work.device->authenticated = length == 16 && memcmp(expected, data, 16) == 0;
  return end_work(&work, work.device->authenticated ? SAR_OK : SAR_FAIL, 0);
}

SKF_API ULONG SKF_DevAuth(DEVHANDLE handle, BYTE *data, ULONG length) { CALL(authenticate(handle, data, length)) }

static volatile int waiting_cancelled;

static int holds(const char *list, const char *name) {
  for (; *list; list += strlen(list) + 1)
    if (!strcmp(list, name)) return 1;
  return 0;
}

/* For tests: the file `waiting` is there once a change would be noticed. */
static void say_waiting(void) {
  char path[512];
  snprintf(path, sizeof path, "%s/waiting", folder());
  FILE *file = fopen(path, "w");
  if (file) fclose(file);
}

/* What changed since the last answer of this process; until something does, it does not come back. */
static ULONG wait_for_event(LPSTR name, ULONG *length, ULONG *event) {
  static char known[2048];
  static int begun;
  const struct timespec pause = {0, 10000000};
  if (!begun) list_devices(known, sizeof known);
  begun = 1;
  waiting_cancelled = 0;
  say_waiting();
  for (;;) {
    char now[2048];
    list_devices(now, sizeof now);
    const char *changed = NULL;
    for (const char *one = now; *one && !changed; one += strlen(one) + 1)
      if (!holds(known, one)) changed = one, *event = 1;
    for (const char *one = known; *one && !changed; one += strlen(one) + 1)
      if (!holds(now, one)) changed = one, *event = 2;
    if (changed) {
      ULONG result = give("SKF_WaitForDevEvent", name, length, changed, strlen(changed) + 1);
      memcpy(known, now, sizeof known);
      return result;
    }
    if (waiting_cancelled) return SAR_FAIL;
    nanosleep(&pause, NULL);
  }
}

SKF_API ULONG SKF_WaitForDevEvent(LPSTR name, ULONG *length, ULONG *event) { CALL(wait_for_event(name, length, event)) }

static ULONG cancel_waiting(void) {
  waiting_cancelled = 1;
  return SAR_OK;
}

SKF_API ULONG SKF_CancelWaitForDevEvent(void) { CALL(cancel_waiting()) }
