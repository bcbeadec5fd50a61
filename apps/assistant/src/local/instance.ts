import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomically } from '@certdesk/safe';
import { z } from 'zod';

const Instance = z.strictObject({
  port: z.int().min(1).max(65535),
  pid: z.int(),
  /** Whoever can read the home folder may open the own window. */
  secret: z.string(),
});
export type Instance = z.infer<typeof Instance>;

export function writeInstance(path: string, instance: Instance): Promise<void> {
  return writeFileAtomically(path, JSON.stringify(instance), 0o600);
}

/** Removes the note at the end of an instance, unless another one has written its own since. */
export async function removeInstance(path: string, { secret }: Instance): Promise<void> {
  if ((await readInstance(path))?.secret === secret) await rm(path, { force: true });
}

/** A ticket for the own window from the instance that runs on this home, if one does. */
export async function askForTicket(path: string): Promise<{ port: number; ticket: string } | undefined> {
  const instance = await readInstance(path);
  if (!instance) return undefined;
  try {
    // Loaded only here: at most starts there is nobody to ask.
    const { request } = await import('undici');
    const { statusCode, body } = await request(`http://127.0.0.1:${instance.port}/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${instance.secret}` },
      headersTimeout: 3_000,
      bodyTimeout: 3_000,
    });
    const json = z.object({ ticket: z.string() }).safeParse(JSON.parse((await body.text()) || 'null'));
    return statusCode === 200 && json.success ? { port: instance.port, ticket: json.data.ticket } : undefined;
  } catch {
    // Nobody listens, or something else does: an instance that was killed leaves its note behind.
    return undefined;
  }
}

async function readInstance(path: string): Promise<Instance | undefined> {
  try {
    return Instance.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
