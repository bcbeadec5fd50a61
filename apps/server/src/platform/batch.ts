/**
 * Does work that comes one by one in batches: what arrives while a batch is under way is the next batch. Nobody waits
 * for a batch to fill, so a lone item is done at once, and under load a hundred items share one commit.
 * @param work does a whole batch or none of it, and may be given the same item again; answers in the items' order,
 *   an Error being the answer of the one item that was refused
 */
export function inBatches<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>,
  { max = 128 }: { max?: number } = {},
): (item: Item) => Promise<Answer> {
  interface Waiting {
    readonly item: Item;
    readonly settle: (answer: Answer | Error) => void;
  }
  const waiting: Waiting[] = [];
  let running = false;

  async function answer(batch: readonly Waiting[]): Promise<void> {
    let answers: readonly (Answer | Error)[];
    try {
      answers = await work(batch.map(({ item }) => item));
    } catch (error) {
      // One bad item must not take its neighbours down: each is tried by itself, and only the bad one fails.
      if (batch.length > 1) {
        for (const one of batch) await answer([one]);
        return;
      }
      answers = batch.map(() => (error instanceof Error ? error : new Error(String(error))));
    }
    for (const [at, { settle }] of batch.entries())
      settle(answers[at] ?? new Error('a batch left out an item'));
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) await answer(waiting.splice(0, max));
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, settle: (got) => (got instanceof Error ? reject(got) : resolve(got)) });
      if (!running) void run();
    });
}
