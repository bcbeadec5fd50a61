/*
 * How the library misbehaves when it is told to. A line of the file `switches` is `function switch [value]`:
 *
 *   SKF_X crash          dies of a wild pointer        SKF_X crash-after    the same, once the work is done
 *   SKF_X hang           never comes back              SKF_X pull           every key is pulled before the work is done
 *   SKF_X pull-after     … and after it                SKF_X code N         answers N and does nothing
 *   SKF_X length N       says N for whatever length    SKF_X small N        says "buffer too small" whatever it is given
 *   SKF_X at-least N     … if it is given less than N     SKF_X unterminated     leaves out the NULs at the end of a list
 *   SKF_X wrong          answers a signature or public key that is not so
 *   library containers N   so many containers fit      library sm2 N          the only number for SM2 keys that it knows
 *   library removed N      what it answers for a key that was pulled
 *   library envelope-left N  reads D from the first half of an envelope's private key
 */
#include "software.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* `otherwise` if there is no such line, 1 for a line without a value. */
long switch_value(const char *function, const char *name, long otherwise) {
  char path[512], line[256], said[64], what[64];
  snprintf(path, sizeof path, "%s/switches", folder());
  FILE *file = fopen(path, "r");
  if (!file) return otherwise;
  long found = otherwise;
  while (fgets(line, sizeof line, file)) {
    long value = 1;
    if (sscanf(line, "%63s %63s %li", said, what, &value) >= 2 && !strcmp(said, function) && !strcmp(what, name)) found = value;
  }
  fclose(file);
  return found;
}

static void crash(void) {
  signal(SIGSEGV, SIG_DFL);
  *(volatile int *)8 = 0;
}

ULONG enter(const char *function) {
  if (switch_value(function, "crash", 0)) crash();
  while (switch_value(function, "hang", 0)) pause();
  if (switch_value(function, "pull", 0)) pull_all();
  return (ULONG)switch_value(function, "code", 0);
}

ULONG leave(const char *function, ULONG result) {
  if (switch_value(function, "crash-after", 0)) crash();
  if (switch_value(function, "pull-after", 0)) pull_all();
  return result;
}

ULONG give(const char *function, void *out, ULONG *length, const void *data, size_t size) {
  if (!length) return SAR_INVALIDPARAMERR;
  long lie = switch_value(function, "length", -1);
  long small = switch_value(function, "small", -1);
  if (switch_value(function, "unterminated", 0)) {
    while (size > 0 && ((const char *)data)[size - 1] == 0) size--;
  }
  if (!out) {
    *length = (ULONG)(lie >= 0 ? lie : (long)size);
    return SAR_OK;
  }
  if (out && (long)*length < switch_value(function, "at-least", 0)) return SAR_BUFFER_TOO_SMALL;
  if (small >= 0 || *length < size) {
    *length = (ULONG)(small >= 0 ? small : (long)size);
    return SAR_BUFFER_TOO_SMALL;
  }
  memcpy(out, data, size);
  *length = (ULONG)(lie >= 0 ? lie : (long)size);
  return SAR_OK;
}
