/*
 * An SKF key in software, for tests and for trying things out: a file, and nothing guards what is in it.
 *
 * The folder named by SKF_SOFTWARE_FOLDER holds the slots. `<name>.skf` is a key that is plugged in: moving the file away
 * pulls it. An empty file is a key as it leaves the factory: no application, the device key 1234567812345678.
 * `switches` in that folder, read at each call, makes the library misbehave: see switches.c.
 */
#ifndef SOFTWARE_H
#define SOFTWARE_H

#include "skf.h"
#include <stddef.h>

enum { MAX_CONTAINERS = 8, MAX_FILES = 8, MAX_CERTIFICATE = 4096, MAX_FILE = 16384, MAX_APPLICATIONS = 2 };

typedef struct {
  uint8_t present;
  uint8_t secret[32];
  /* X ‖ Y */
  uint8_t point[64];
  uint32_t certificateLength;
  uint8_t certificate[MAX_CERTIFICATE];
} Pair;

typedef struct {
  char name[65]; /* empty: a free place */
  /* by what the standard calls bSignFlag: 0 encryption, 1 signing */
  Pair pairs[2];
} Container;

typedef struct {
  char name[33];
  uint32_t size, readRights, writeRights;
  uint8_t content[MAX_FILE];
} File;

typedef struct {
  uint8_t digest[32];
  uint32_t tries, maxTries;
  uint8_t initial;
} Pin;

typedef struct {
  char name[33];
  uint32_t createFileRights;
  Pin pins[2]; /* by ADMIN_TYPE, USER_TYPE */
  uint8_t challenge[8], challenged;
  Container containers[MAX_CONTAINERS];
  File files[MAX_FILES];
} Application;

typedef struct {
  uint32_t magic;
  char label[33];
  uint8_t deviceKey[16];
  Application applications[MAX_APPLICATIONS];
} Key;

/* storage.c */
const char *folder(void);
int is_present(const char *device);
/* What is plugged in, each name ended by a NUL, the list by another. */
size_t list_devices(char *list, size_t room);
ULONG read_key(const char *device, Key *key);
ULONG write_key(const char *device, const Key *key);
/* Held between processes for one call, or from SKF_LockDev to SKF_UnlockDev. */
ULONG take_device(const char *device, ULONG patience_ms, int *descriptor);
void release_device(int descriptor);
void pull_all(void);

/* session.c: what the library knows of its callers */
typedef struct {
  char name[64];
  int used, gone, authenticated, lock, locks;
  uint8_t challenge[16];
} Device;

typedef struct {
  int used;
  Device *device;
  char name[33];
} OpenApplication;

typedef struct {
  int used;
  OpenApplication *application;
  char name[65];
} OpenContainer;

typedef struct {
  int used;
  Device *device;
  ULONG algorithm;
  uint8_t key[16], iv[16];
  ULONG padding;
} SessionKey;

Device *new_device(const char *name);
OpenApplication *new_application(Device *device, const char *name);
OpenContainer *new_container(OpenApplication *application, const char *name);
SessionKey *new_session_key(Device *device);
Device *device_of(HANDLE handle);
OpenApplication *application_of(HANDLE handle);
OpenContainer *container_of(HANDLE handle);
SessionKey *session_key_of(HANDLE handle);
void close_device(Device *device);
void close_application(OpenApplication *application);
/* Who is logged in belongs to application and process, as with many real libraries; bit 0 admin, bit 1 user. */
int *logins(const Device *device, const char *application);

/* One call on one key: its state, read under the lock. */
typedef struct {
  Device *device;
  Key key;
  int descriptor;
  Application *application;
  Container *container;
} Work;
ULONG begin_device(Work *work, HANDLE device);
ULONG begin_application(Work *work, HANDLE application);
ULONG begin_container(Work *work, HANDLE container);
/* Writes the state if the call went well and `changed`, and lets go of the key. */
ULONG end_work(Work *work, ULONG result, int changed);
Application *find_application(Key *key, const char *name);
Container *find_container(Application *application, const char *name);
int logged_in(const Work *work, int type);

/* switches.c */
ULONG enter(const char *function);
ULONG leave(const char *function, ULONG result);
long switch_value(const char *function, const char *name, long otherwise);
/* Answers what has a length: NULL asks for it, and too little room is refused. */
ULONG give(const char *function, void *out, ULONG *length, const void *data, size_t size);

/* crypto.c */
int random_bytes(uint8_t *out, size_t length);
void sm3(const void *data, size_t length, uint8_t digest[32]);
int sm4(int encrypt, const char *mode, const uint8_t key[16], const uint8_t iv[16], int padding, const uint8_t *in, size_t length,
        uint8_t *out, size_t *out_length);
int sm2_generate(uint8_t secret[32], uint8_t point[64]);
int sm2_point(const uint8_t secret[32], uint8_t point[64]);
int sm2_sign(const uint8_t secret[32], const uint8_t point[64], const uint8_t digest[32], uint8_t r[32], uint8_t s[32]);
int sm2_decrypt(const uint8_t secret[32], const uint8_t point[64], const ECCCIPHERBLOB *blob, uint8_t *out, size_t *out_length);

#define CALL(work)                                                                                                               \
  {                                                                                                                              \
    ULONG misbehaved = enter(__func__);                                                                                          \
    return leave(__func__, misbehaved ? misbehaved : (work));                                                                    \
  }

#endif
