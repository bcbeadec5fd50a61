import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** @param route the route's pattern, never an address with ids in it */
  request(method: string, route: string, status: number, seconds: number): void;
  job(task: string, ok: boolean, seconds: number): void;
  /** @param register one of few names, as is the kind of answer */
  register(register: string, answer: string, seconds: number): void;
  /** A figure that is read when it is asked for. A reading that fails is left out. */
  gauge(name: string, help: string, read: () => Promise<number>): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'certdesk_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const jobs = new Histogram({
    name: 'certdesk_job_seconds',
    help: 'Time of one try of a job',
    labelNames: ['task', 'result'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30],
    registers: [registry],
  });
  const answers = new Histogram({
    name: 'certdesk_registry_answer_seconds',
    help: 'Time for a legal-entity register to answer, kept answers among them, by register and kind of answer',
    labelNames: ['register', 'answer'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    registry,
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    job: (task, ok, seconds) => jobs.observe({ task, result: ok ? 'done' : 'failed' }, seconds),
    register: (register, answer, seconds) => answers.observe({ register, answer }, seconds),
    gauge(name, help, read) {
      new Gauge({
        name: `certdesk_${name}`,
        help,
        registers: [registry],
        async collect() {
          try {
            this.set(await read());
          } catch {
            this.reset();
          }
        },
      });
    },
  };
}
