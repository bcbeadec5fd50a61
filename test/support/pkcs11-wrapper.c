/* A PKCS#11 module in front of another: forwards every call, and misbehaves as a file says. 64-bit Unix only. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ul;
typedef ul (*function)(ul, ul, ul, ul, ul, ul, ul, ul);
#define COUNT 68

struct list {
  unsigned char version[2];
  function functions[COUNT];
};
static struct list ours, *theirs;
static int calls[COUNT], opened_at;

/* "gone", "back <how manyth time>", "crash", "hang", "no-data", or "exit-after <function> <its how manyth call>" */
static void read_order(char *order, size_t size) {
  const char *path = getenv("PKCS11_ORDER");
  FILE *file = path ? fopen(path, "r") : NULL;
  order[0] = 0;
  if (!file) return;
  if (!fgets(order, (int)size, file)) order[0] = 0;
  fclose(file);
}

static ul forward(int at, ul a, ul b, ul c, ul d, ul e, ul f, ul g, ul h) {
  char order[64];
  int function, call, back = 0;
  read_order(order, sizeof order);
  /* C_Initialize, C_Finalize, C_GetInfo and C_WaitForSlotEvent are not about a token. */
  int about_token = at > 3 && at < 67;
  if (about_token && !strcmp(order, "crash")) abort();
  if (about_token && !strcmp(order, "hang")) for (;;) pause();
  if (about_token && !strcmp(order, "gone")) {
    if (at == 4) return *(ul *)c = 0, 0;
    return at < 8 ? 0xe0 : 0x32;
  }
  /* A session ends with the token's going, whether or not anybody looked meanwhile. */
  if (!order[0] || sscanf(order, "back %d", &back) == 1) {
    if (at == 12) opened_at = back;
    else if (at > 12 && about_token && back != opened_at) return 0xb3;
  }
  if (at == 20 && !strcmp(order, "no-data")) {
    struct { ul type; ul *value; ul length; } *attributes = (void *)b;
    for (ul i = 0; i < c; i++)
      if (attributes[i].type == 0 && *attributes[i].value == 0) return 0x13;
  }
  ul returned = theirs->functions[at](a, b, c, d, e, f, g, h);
  calls[at]++;
  if (sscanf(order, "exit-after %d %d", &function, &call) == 2 && at == function && calls[at] == call) _exit(1);
  return returned;
}

#define W(n) static ul w##n(ul a, ul b, ul c, ul d, ul e, ul f, ul g, ul h) { return forward(n, a, b, c, d, e, f, g, h); }
#define TEN(X, t) X(t##0) X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
#define ALL(X) TEN(X, ) TEN(X, 1) TEN(X, 2) TEN(X, 3) TEN(X, 4) TEN(X, 5) X(60) X(61) X(62) X(63) X(64) X(65) X(66) X(67)
ALL(W)
#define NAME(n) w##n,
static const function wrapped[COUNT] = {ALL(NAME)};

ul C_GetFunctionList(struct list **out) {
  if (!theirs) {
    void *library = dlopen(getenv("PKCS11_WRAPPED"), RTLD_NOW);
    ul (*get)(struct list **) = library ? (ul (*)(struct list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (!get || get(&theirs) != 0) return 6;
    ours = *theirs;
    memcpy(ours.functions, wrapped, sizeof wrapped);
  }
  *out = &ours;
  return 0;
}
