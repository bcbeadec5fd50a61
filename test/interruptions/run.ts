/** One journey of one company, with at most one interruption: what its people do, and what happens to them. */
import type { Case, SignedOrder, SignedStatement } from '@certdesk/contract';
import type { Work } from './assistant.test-child.ts';
import { Browser, Refused } from './browser.ts';
import { Failed } from './child.ts';
import { type JourneyName, openings } from './journeys.ts';
import { type Interruption, type Point, pointText } from './point.ts';
import type { CompanyKind, Director, Stage } from './stage.ts';
import { keyWorks } from './verdict.ts';

interface SignedIn {
  readonly statement: SignedStatement;
  readonly certificate: string;
}

/** What a story is about. */
export interface Setting {
  readonly journey: JourneyName;
  readonly company?: CompanyKind;
  /** The register knows two numbers more, of which one is to be in the new certificate at the end. */
  readonly more?: boolean;
}

export class Run implements Director {
  readonly stage: Stage;
  readonly setting: Setting;
  /** Every point that was reached, in order. */
  readonly points: Point[] = [];
  /** Set once the interruption has happened. */
  interrupted = false;
  /** What was wrong at that moment. */
  wrong: string | undefined;
  readonly #interruption: Interruption | undefined;
  #stop: Point | undefined;
  /** Something was done to this run that may fail what is under way. */
  #disturbed = false;
  /** The key's library crashed by itself. */
  #crashed = false;
  #browser: Browser;
  /** What the assistant is at, whether or not anybody waits for it. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(stage: Stage, setting: Setting, interruption?: Interruption) {
    this.stage = stage;
    this.setting = setting;
    this.#interruption = interruption;
    this.#browser = new Browser(stage.origin);
    stage.director = this;
  }

  /**
   * Does a step, and does it again where an interruption made it fail: each may fail one step once, no more. What is
   * gone comes back first, as it does where people take up again what they were at.
   */
  async step(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (this.#disturbed) this.#disturbed = false;
        else if (this.#isCrash(error) && !this.#crashed) this.#crashed = true;
        else throw error;
        await this.#takeUpAgain();
      }
    }
  }

  #isCrash(error: unknown): boolean {
    return this.stage.libraryMayCrash && error instanceof Failed && error.code === 'key-library-crashed';
  }

  async #takeUpAgain(): Promise<void> {
    await this.stage.plugKey();
    await this.#work.catch(() => undefined);
    await this.stage.server();
    await this.stage.keyManagement();
    this.stage.network.mend();
    this.stage.wayToDatabase.mend();
    this.#browser.close();
    this.#browser = new Browser(this.stage.origin);
  }

  /** The pairs that the company came with get its new certificates. */
  get pairStays(): boolean {
    return this.setting.journey === 'amendment' || this.setting.company?.full === true;
  }

  // ── what happens to them ──

  async point(point: Point): Promise<boolean> {
    this.points.push(point);
    const stop = this.#stop;
    if (stop && pointText(stop) === pointText(point)) {
      this.#stop = undefined;
      this.#disturbed = true;
      await this.stage.killAssistant();
      return false;
    }
    const interruption = this.#interruption;
    if (this.interrupted || !interruption || pointText(interruption.point) !== pointText(point)) return false;
    const times = this.points.filter((other) => pointText(other) === pointText(point)).length;
    if (times !== interruption.nth) return false;
    this.interrupted = true;
    this.#disturbed = true;
    await this.#interrupt(interruption);
    if (!(await keyWorks(this.stage))) this.wrong = 'the key was without a working certificate';
    return interruption.kind === 'pull-key';
  }

  async #interrupt({ kind }: Interruption): Promise<void> {
    if (kind === 'pull-key') await this.stage.pullKey();
    if (kind === 'kill-assistant') await this.stage.killAssistant();
    if (kind === 'close-browser') this.#browser.close();
    if (kind === 'cut-network') this.stage.network.cut();
    if (kind === 'lose-database') this.stage.wayToDatabase.cut();
    if (kind === 'kill-server') {
      await this.stage.killServer();
      void this.stage.server(); // somebody starts it again, whatever goes on meanwhile
    }
    if (kind === 'kill-keymanagement') {
      await this.stage.killKeyManagement();
      void this.stage.keyManagement();
    }
  }

  /** An order of this run in another assistant, on the same key. */
  async elsewhere(order: SignedOrder): Promise<unknown> {
    // Its holder gives up where the key is not the one: the other assistant was done before this one looked.
    const other = this.stage.anotherAssistant(() => void other.kill());
    const work: Work = { order, choice: 0 };
    return other.ask('carryOut', work).finally(() => other.kill());
  }

  /** Nothing of it goes on. */
  over(): void {
    this.#browser.close();
  }

  keyWanted(): void {
    void this.stage.plugKey();
  }

  // ── what they do ──

  get browser(): Browser {
    return this.#browser;
  }

  /** The assistant goes on with it when the browser is closed. */
  async #carryOut<T>(order: SignedOrder, choice: number): Promise<T> {
    const work: Work = { order, choice };
    const done = this.stage.assistant().ask<T>('carryOut', work);
    this.#work = done;
    return Promise.race([done, this.#browser.closed]);
  }

  /** With whichever of the key's certificates the desk takes; a clerk tries the other one too. */
  async signIn(): Promise<void> {
    for (let choice = 0; ; choice += 1) {
      const order = await this.#browser.post<SignedOrder>('/sign-in/orders');
      const { statement, certificate } = await this.#carryOut<SignedIn>(order, choice);
      try {
        await this.#browser.post('/sign-in', { statement, certificate });
        return;
      } catch (error) {
        const other = error instanceof Refused && error.code.startsWith('certificate-') && choice === 0;
        if (!other) throw error;
      }
    }
  }

  async latestCase(): Promise<Case | undefined> {
    const { cases } = await this.#browser.get<{ cases: Case[] }>('/cases');
    // The clock stands still, so that two of them may be equally old.
    return cases.sort((a, b) => (a.number < b.number ? 1 : -1))[0];
  }

  open(): Promise<Case> {
    return openings[this.setting.journey](this.#browser);
  }

  /** Has the assistant do to the key what the case needs. */
  async write(id: string): Promise<Case> {
    const order = await this.#browser.post<SignedOrder>(`/cases/${id}/orders`);
    try {
      await this.#carryOut(order, 0);
    } catch (error) {
      // The assistant tells why it stopped; the case says what is next.
      if (!(error instanceof Failed && error.code === 'issuing-attention')) throw error;
    }
    return this.#browser.get(`/cases/${id}`);
  }

  /** Does one step that ends by the assistant being killed at a point. */
  async stopAt(point: Point, work: () => Promise<unknown>): Promise<void> {
    let reached = false;
    await this.step(async () => {
      if (reached) return;
      this.#stop = point;
      try {
        await work();
      } finally {
        reached = this.#stop === undefined;
      }
      if (!reached) throw new Error(`${pointText(point)} was not reached`);
    });
  }
}
