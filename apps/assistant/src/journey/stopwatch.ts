export interface Step {
  readonly name: string;
  readonly ms: number;
}

/** Times the steps of a journey. */
export function stopwatch() {
  const begin = performance.now();
  const steps: Step[] = [];
  const since = (from: number) => Math.round((performance.now() - from) * 10) / 10;
  return {
    async step<T>(name: string, work: () => Promise<T>): Promise<T> {
      const from = performance.now();
      const result = await work();
      steps.push({ name, ms: since(from) });
      return result;
    },
    result: (): { steps: Step[]; totalMs: number } => ({ steps, totalMs: since(begin) }),
  };
}
