import type { Random } from "../../infra/local/demo/random.ts";
import type { Faults, FaultySource, ServiceCall } from "../../infra/local/faults.ts";
import type { Choices } from "./choices.ts";

export const faultKinds = [
  "call throttled",
  "answer lost after the call",
  "function killed",
  "queue batch brought twice",
  "queue batch shuffled",
  "message held for a later batch",
  "stream batch brought twice",
  "engine killed and restarted",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** When a fault was in force, and at whom; an engine's is at everybody. */
interface Injected {
  readonly kind: FaultKind;
  readonly at: string;
  readonly from: number;
  until: number;
}

const chances = { throttle: 0.02, loseAnswer: 0.01, kill: 0.015, twice: 0.05, shuffle: 0.15, hold: 0.05 };

const throttles: Readonly<Record<string, readonly [string, ...string[]]>> = {
  DynamoDB_20120810: ["ThrottlingException", "ProvisionedThroughputExceededException"],
  DynamoDBStreams_20120810: ["ProvisionedThroughputExceededException"],
  AmazonSQS: ["RequestThrottled"],
};

export interface FaultOptions {
  readonly choices: Choices;
  /** Functions that are not killed, and always hear what they asked. */
  readonly spares: (functionName: string) => boolean;
}

/** Faults by the numbers of a seed: the same occasion, counted by kind, always meets the same fate. */
export class SeededFaults implements Faults {
  readonly #options: FaultOptions;
  readonly #injected: Injected[] = [];
  readonly #calls: Random;
  readonly #answers: Random;
  readonly #invocations: Random;
  readonly #restarts: Random;
  #restart: (() => Promise<void>) | undefined;
  #restarting: Promise<void> | undefined;
  #callsToRestart: number;

  constructor(options: FaultOptions) {
    this.#options = options;
    this.#calls = options.choices("throttled calls");
    this.#answers = options.choices("lost answers");
    this.#invocations = options.choices("killed invocations");
    this.#restarts = options.choices("restarts");
    this.#callsToRestart = this.#restarts.between(300, 900);
  }

  /** From here on things go wrong. */
  begin(restart: () => Promise<void>): void {
    this.#restart = restart;
  }

  /** From here on nothing does; the engine was restarted at least once. */
  async end(): Promise<void> {
    if (this.count("engine killed and restarted") === 0) this.#restartEngine();
    this.#restart = undefined;
    await this.#restarting;
  }

  count(kind: FaultKind): number {
    return this.#injected.filter((fault) => fault.kind === kind).length;
  }

  get total(): number {
    return this.#injected.length;
  }

  /** Whether a fault at a function, or at an engine, fell into a time. */
  explains(functionName: string, from: number, until: number): boolean {
    return this.#injected.some(
      (fault) => ["engine", functionName].includes(fault.at) && fault.from <= until && fault.until >= from,
    );
  }

  refuses({ service, caller }: ServiceCall): string | undefined {
    const codes = throttles[service];
    if (this.#restart === undefined || codes === undefined) return undefined;
    if (service.startsWith("DynamoDB") && --this.#callsToRestart === 0) this.#restartEngine();
    const isThrottled = this.#calls.chance(chances.throttle);
    const code = this.#calls.pick(codes);
    if (isThrottled) this.#note("call throttled", nameIn(caller));
    return isThrottled ? code : undefined;
  }

  losesAnswer({ service, caller }: ServiceCall): boolean {
    if (this.#restart === undefined || throttles[service] === undefined) return false;
    const isLost = this.#answers.chance(chances.loseAnswer) && !this.#options.spares(nameIn(caller));
    if (isLost) this.#note("answer lost after the call", nameIn(caller));
    return isLost;
  }

  onInvoke(functionName: string, kill: () => boolean): void {
    if (this.#restart === undefined) return;
    const isKilled = this.#invocations.chance(chances.kill);
    const afterMs = this.#invocations.between(1, 30);
    if (!isKilled || this.#options.spares(functionName)) return;
    setTimeout(() => {
      if (kill()) this.#note("function killed", functionName);
    }, afterMs);
  }

  batchesOf<Item>({ id, kind }: FaultySource) {
    const random = this.#options.choices(`batches of ${id}`);
    const held: Item[] = [];
    return (batch: readonly Item[]): readonly (readonly Item[])[] => {
      const items = [...held.splice(0), ...batch];
      if (this.#restart === undefined) return [items];
      if (kind === "queue") {
        if (random.chance(chances.hold)) {
          held.push(...items.splice(random.between(0, items.length - 1), 1));
          this.#note("message held for a later batch", id);
        }
        if (random.chance(chances.shuffle) && items.length > 1) {
          shuffle(items, random);
          this.#note("queue batch shuffled", id);
        }
      }
      const isTwice = random.chance(chances.twice) && items.length > 0;
      if (isTwice) this.#note(`${kind} batch brought twice`, id);
      return isTwice ? [items, items] : items.length > 0 ? [items] : [];
    };
  }

  #note(kind: FaultKind, at: string): Injected {
    const now = Date.now();
    const fault = { kind, at, from: now, until: now };
    this.#injected.push(fault);
    return fault;
  }

  #restartEngine(): void {
    this.#callsToRestart = this.#restarts.between(3_000, 9_000);
    const fault = this.#note("engine killed and restarted", "engine");
    fault.until = Number.POSITIVE_INFINITY;
    this.#restarting = this.#restart?.().finally(() => {
      fault.until = Date.now();
    });
  }
}

function nameIn(caller: string): string {
  return caller.slice(caller.lastIndexOf("/") + 1);
}

function shuffle<Item>(items: Item[], random: Random): void {
  for (let at = items.length - 1; at > 0; at--) {
    const other = random.between(0, at);
    const [one, two] = [items[at], items[other]];
    if (one !== undefined && two !== undefined) [items[at], items[other]] = [two, one];
  }
}
