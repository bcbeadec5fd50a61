import { createInterface } from 'node:readline';
import { text as readAll } from 'node:stream/consumers';

/** The person at the terminal. PINs are read without echo, or from standard input: never from arguments or the environment. */
export interface Terminal {
  say(line: string): void;
  complain(line: string): void;
  readonly interactive: boolean;
  /** @throws Error when nobody can be asked */
  ask(question: string): Promise<string>;
  askSecret(question: string): Promise<string>;
}

/** @param pinsFromStdin one secret a line, in the order in which they are asked for */
export function openTerminal(pinsFromStdin: boolean): Terminal {
  let lines: string[] | undefined;
  const interactive = process.stdin.isTTY === true;
  async function nextLine(): Promise<string> {
    if (!pinsFromStdin)
      throw new Error('no terminal to ask at: give the PIN on standard input with --pin-stdin');
    lines ??= (await readAll(process.stdin)).split(/\r?\n/);
    const line = lines.shift();
    if (!line) throw new Error('standard input holds no further line');
    return line;
  }
  return {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    interactive,
    ask: (question) => (interactive ? askAtTerminal(question) : nextLine()),
    askSecret: (question) => (interactive && !pinsFromStdin ? askWithoutEcho(question) : nextLine()),
  };
}

function askAtTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => reject(new Error('interrupted')));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

function askWithoutEcho(question: string): Promise<string> {
  const { stdin, stdout } = process;
  stdout.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const done = (end: () => void) => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\n');
      end();
    };
    const onData = (chunk: string) => {
      for (const char of chunk) {
        if (char === '\r' || char === '\n') return done(() => resolve(typed));
        if (char === '\u0003' || char === '\u0004') return done(() => reject(new Error('interrupted')));
        typed = char === '\u007f' || char === '\b' ? typed.slice(0, -1) : typed + char;
      }
    };
    stdin.on('data', onData);
  });
}
