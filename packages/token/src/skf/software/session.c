/* Handles, and who is logged in. A handle is a number, so that a wild one is refused and not followed. */
#include "software.h"
#include <string.h>

enum { MANY = 256 };
enum { DEVICE = 1, APPLICATION, CONTAINER, SESSION_KEY };

static Device devices[MANY];
static OpenApplication applications[MANY];
static OpenContainer containers[MANY];
static SessionKey session_keys[MANY];

static struct {
  char device[64], application[33];
  int who;
} known[MANY];

#define NEW(table)                                                                                                               \
  for (int i = 0; i < MANY; i++)                                                                                                 \
    if (!table[i].used) {                                                                                                        \
      memset(&table[i], 0, sizeof table[i]);                                                                                     \
      table[i].used = 1;                                                                                                         \
      return &table[i];                                                                                                          \
    }                                                                                                                            \
  return NULL;

static Device *free_device(void) { NEW(devices) }
static OpenApplication *free_application(void) { NEW(applications) }
static OpenContainer *free_container(void) { NEW(containers) }
static SessionKey *free_session_key(void) { NEW(session_keys) }

Device *new_device(const char *name) {
  Device *made = free_device();
  if (made) {
    strncpy(made->name, name, sizeof made->name - 1);
    made->lock = -1;
  }
  return made;
}

OpenApplication *new_application(Device *device, const char *name) {
  OpenApplication *made = free_application();
  if (made) {
    made->device = device;
    strncpy(made->name, name, sizeof made->name - 1);
  }
  return made;
}

OpenContainer *new_container(OpenApplication *application, const char *name) {
  OpenContainer *made = free_container();
  if (made) {
    made->application = application;
    strncpy(made->name, name, sizeof made->name - 1);
  }
  return made;
}

SessionKey *new_session_key(Device *device) {
  SessionKey *made = free_session_key();
  if (made) made->device = device;
  return made;
}

#define FIND(table, handle)                                                                                                      \
  for (int i = 0; i < MANY; i++)                                                                                                 \
    if ((HANDLE)&table[i] == handle && table[i].used) return &table[i];                                                          \
  return NULL;

Device *device_of(HANDLE handle) { FIND(devices, handle) }
OpenApplication *application_of(HANDLE handle) { FIND(applications, handle) }
OpenContainer *container_of(HANDLE handle) { FIND(containers, handle) }
SessionKey *session_key_of(HANDLE handle) { FIND(session_keys, handle) }

void close_application(OpenApplication *application) {
  for (int i = 0; i < MANY; i++)
    if (containers[i].application == application) containers[i].used = 0;
  application->used = 0;
}

void close_device(Device *device) {
  for (int i = 0; i < MANY; i++) {
    if (applications[i].used && applications[i].device == device) close_application(&applications[i]);
    if (session_keys[i].device == device) session_keys[i].used = 0;
  }
  release_device(device->lock);
  device->used = 0;
}

int *logins(const Device *device, const char *application) {
  int unused = -1;
  for (int i = 0; i < MANY; i++) {
    if (!known[i].device[0]) {
      if (unused < 0) unused = i;
    } else if (!strcmp(known[i].device, device->name) && !strcmp(known[i].application, application)) return &known[i].who;
  }
  if (unused < 0) unused = 0;
  strncpy(known[unused].device, device->name, sizeof known[unused].device - 1);
  strncpy(known[unused].application, application, sizeof known[unused].application - 1);
  known[unused].who = 0;
  return &known[unused].who;
}

static ULONG removed(Device *device) {
  device->gone = 1;
  for (int i = 0; i < MANY; i++)
    if (!strcmp(known[i].device, device->name)) known[i].who = 0;
  return (ULONG)switch_value("library", "removed", SAR_DEVICE_REMOVED);
}

static ULONG begin(Work *work, Device *device) {
  memset(work, 0, offsetof(Work, key));
  work->descriptor = -1;
  work->application = NULL;
  work->container = NULL;
  work->device = device;
  if (device->gone || !is_present(device->name)) return removed(device);
  if (device->locks == 0) {
    ULONG result = take_device(device->name, 5000, &work->descriptor);
    if (result != SAR_OK) return result;
  }
  ULONG result = read_key(device->name, &work->key);
  if (result == SAR_OK) return SAR_OK;
  release_device(work->descriptor);
  work->descriptor = -1;
  return result == SAR_DEVICE_REMOVED ? removed(device) : result;
}

ULONG begin_device(Work *work, HANDLE handle) {
  Device *device = device_of(handle);
  return device ? begin(work, device) : SAR_INVALIDHANDLEERR;
}

ULONG begin_application(Work *work, HANDLE handle) {
  OpenApplication *open = application_of(handle);
  if (!open) return SAR_INVALIDHANDLEERR;
  ULONG result = begin(work, open->device);
  if (result != SAR_OK) return result;
  work->application = find_application(&work->key, open->name);
  return work->application ? SAR_OK : end_work(work, SAR_APPLICATION_NOT_EXISTS, 0);
}

ULONG begin_container(Work *work, HANDLE handle) {
  OpenContainer *open = container_of(handle);
  if (!open) return SAR_INVALIDHANDLEERR;
  ULONG result = begin_application(work, open->application);
  if (result != SAR_OK) return result;
  work->container = find_container(work->application, open->name);
  return work->container ? SAR_OK : end_work(work, SAR_INVALIDHANDLEERR, 0);
}

ULONG end_work(Work *work, ULONG result, int changed) {
  if (changed) {
    ULONG written = write_key(work->device->name, &work->key);
    if (written == SAR_DEVICE_REMOVED) removed(work->device);
    if (written != SAR_OK && result == SAR_OK) result = written;
  }
  release_device(work->descriptor);
  return result;
}

Application *find_application(Key *key, const char *name) {
  for (int i = 0; i < MAX_APPLICATIONS; i++)
    if (*name && !strcmp(key->applications[i].name, name)) return &key->applications[i];
  return NULL;
}

Container *find_container(Application *application, const char *name) {
  for (int i = 0; i < MAX_CONTAINERS; i++)
    if (*name && !strcmp(application->containers[i].name, name)) return &application->containers[i];
  return NULL;
}

int logged_in(const Work *work, int type) {
  return *logins(work->device, work->application->name) >> type & 1;
}
