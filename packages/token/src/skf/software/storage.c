/* Keys as files: read whole, replaced whole, so that a process killed anywhere leaves the state before or after. */
#include "software.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ENDING ".skf"
static const uint32_t MAGIC = 0x534b4601;

const char *folder(void) {
  const char *named = getenv("SKF_SOFTWARE_FOLDER");
  return named && *named ? named : ".";
}

static void path_of(char path[512], const char *device, const char *ending) {
  snprintf(path, 512, "%s/%s%s", folder(), device, ending);
}

int is_present(const char *device) {
  char path[512];
  path_of(path, device, ENDING);
  return access(path, F_OK) == 0;
}

static int is_key(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > strlen(ENDING) && length < 64 && strcmp(entry->d_name + length - strlen(ENDING), ENDING) == 0;
}

size_t list_devices(char *list, size_t room) {
  struct dirent **entries;
  int count = scandir(folder(), &entries, is_key, alphasort);
  size_t used = 0;
  for (int i = 0; i < count; i++) {
    size_t length = strlen(entries[i]->d_name) - strlen(ENDING);
    if (used + length + 2 <= room) {
      memcpy(list + used, entries[i]->d_name, length);
      list[used + length] = 0;
      used += length + 1;
    }
    free(entries[i]);
  }
  if (count >= 0) free(entries);
  list[used++] = 0;
  if (used == 1) list[used++] = 0;
  return used;
}

static void make_key(Key *key, const char *device) {
  memset(key, 0, sizeof *key);
  key->magic = MAGIC;
  snprintf(key->label, sizeof key->label, "%.32s", device);
  memcpy(key->deviceKey, "1234567812345678", 16);
}

ULONG read_key(const char *device, Key *key) {
  char path[512];
  path_of(path, device, ENDING);
  FILE *file = fopen(path, "rb");
  if (!file) return errno == ENOENT ? SAR_DEVICE_REMOVED : SAR_FAIL;
  size_t count = fread(key, 1, sizeof *key, file);
  fclose(file);
  if (count == 0) make_key(key, device);
  else if (count != sizeof *key || key->magic != MAGIC) return SAR_FAIL;
  return SAR_OK;
}

ULONG write_key(const char *device, const Key *key) {
  char path[512], draft[512];
  path_of(path, device, ENDING);
  path_of(draft, device, ".draft");
  FILE *file = fopen(draft, "wb");
  if (!file) return SAR_FAIL;
  size_t count = fwrite(key, 1, sizeof *key, file);
  if (fclose(file) != 0 || count != sizeof *key) return SAR_FAIL;
  /* A key that was pulled meanwhile does not come back by being written. */
  if (access(path, F_OK) != 0) {
    unlink(draft);
    return SAR_DEVICE_REMOVED;
  }
  return rename(draft, path) == 0 ? SAR_OK : SAR_FAIL;
}

ULONG take_device(const char *device, ULONG patience_ms, int *descriptor) {
  char path[512];
  path_of(path, device, ".lock");
  *descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (*descriptor < 0) return SAR_FAIL;
  const struct timespec pause = {0, 1000000};
  for (ULONG waited = 0; flock(*descriptor, LOCK_EX | LOCK_NB) != 0; waited++) {
    if (waited >= patience_ms) {
      close(*descriptor);
      *descriptor = -1;
      return SAR_TIMEOUTERR;
    }
    nanosleep(&pause, NULL);
  }
  return SAR_OK;
}

void release_device(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

/* As a hand would: to a folder beside the slots' files. */
void pull_all(void) {
  char list[2048], from[512], beside[512], name[64], to[600];
  list_devices(list, sizeof list);
  path_of(beside, "pulled", "");
  mkdir(beside, 0700);
  for (char *one = list; *one; one += strlen(one) + 1) {
    snprintf(name, sizeof name, "%.59s", one);
    path_of(from, name, ENDING);
    snprintf(to, sizeof to, "%s/%s%s", beside, name, ENDING);
    rename(from, to);
  }
}
