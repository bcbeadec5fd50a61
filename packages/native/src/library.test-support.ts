/** A small C library compiled for a test, and the program that hosts it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../../../test/support/bundle.ts';
import { inProject } from '../../../tools/project.mjs';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int state;
int next(void) { return ++state; }
int add(int a, int b) { return a + b; }
void crash(void) { *(volatile int *)0 = 1; }
void leave(int code) { exit(code); }
void hang(void) { for (;;) pause(); }
void shout(const char *what) { printf("%s\\n", what); fprintf(stderr, "%s\\n", what); fflush(NULL); }
const char *environment(const char *name) { return getenv(name); }
void invert(unsigned char *bytes, int length) { for (int i = 0; i < length; i++) bytes[i] = ~bytes[i]; }
`;

export interface TestLibrary {
  readonly folder: string;
  /** The compiled library. */
  readonly path: string;
  /** The JavaScript that hosts it. */
  readonly program: string;
  /** The JavaScript of a parent that calls and waits, to be killed: see parent.test-child.ts. */
  readonly parent: string;
  dispose(): void;
}

export async function compileTestLibrary(): Promise<TestLibrary> {
  // In the project, so that the programs find what is installed.
  mkdirSync(inProject('.certdesk'), { recursive: true });
  const folder = mkdtempSync(inProject('.certdesk', 'test-native-'));
  const source = join(folder, 'library.c');
  const path = join(folder, 'library.so');
  writeFileSync(source, SOURCE);
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', path, source], { stdio: 'inherit' });
  const programs = join(folder, 'programs');
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  await bundlePrograms({ host: here('host.test-child.ts'), parent: here('parent.test-child.ts') }, programs);
  return {
    folder,
    path,
    program: join(programs, 'host.mjs'),
    parent: join(programs, 'parent.mjs'),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
