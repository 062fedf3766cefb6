import * as z from "zod";
import type { Random } from "#infra/local/demo/random.ts";
import type { Faults, FaultySource, ServiceCall } from "#infra/local/fault-injection.ts";
import { type Choices, Rhythm } from "./choices.ts";
import { everywhere, FaultLog } from "./fault-log.ts";

const throttles: Readonly<Record<string, readonly [string, ...string[]]>> = {
  DynamoDB_20120810: ["ThrottlingException", "ProvisionedThroughputExceededException"],
  DynamoDBStreams_20120810: ["ProvisionedThroughputExceededException"],
  AmazonSQS: ["RequestThrottled"],
  Logs_20140328: ["ThrottlingException"],
};

/** How long one organisation's appends are refused, each of them. */
const orgThrottledMs = 3_000;

export interface FaultOptions {
  readonly choices: Choices;
  readonly orgIds: readonly string[];
  /** Functions that are not killed, and always hear what they asked. */
  readonly spares: (functionName: string) => boolean;
}

/** Faults by the numbers of a seed: the same occasion, counted by kind, always meets the same fate. */
export class SeededFaults implements Faults {
  readonly log = new FaultLog();
  readonly #options: FaultOptions;
  readonly #codes: Random;
  readonly #throttled: Rhythm;
  readonly #unanswered: Rhythm;
  readonly #killed: Rhythm;
  readonly #killMs: Random;
  readonly #orgs: Random;
  #orgsThrottled: Rhythm;
  #throttledOrg: string | undefined;
  #restarts: Rhythm;
  #restart: (() => Promise<void>) | undefined;
  #restarting: Promise<void> | undefined;

  constructor(options: FaultOptions) {
    const { choices } = options;
    this.#options = options;
    this.#codes = choices("codes");
    this.#throttled = new Rhythm(choices("throttled"), 1, 100);
    this.#unanswered = new Rhythm(choices("unanswered"), 1, 200);
    this.#killed = new Rhythm(choices("killed"), 1, 100);
    this.#killMs = choices("time to live");
    this.#orgs = choices("organisations");
    this.#orgsThrottled = new Rhythm(choices("first throttled organisation"), 20, 60);
    // Early: a sender whose last word is lost holds its deliveries for a minute, which a short run would wait for.
    this.#restarts = new Rhythm(choices("first restart"), 20, 120);
  }

  /** From here on things go wrong. */
  begin(restart: () => Promise<void>): void {
    this.#restart = restart;
  }

  /** From here on nothing does. */
  async end(): Promise<void> {
    this.#restart = undefined;
    await this.#restarting;
  }

  refuses({ service, operation, input, caller }: ServiceCall): string | undefined {
    const codes = throttles[service];
    if (this.#restart === undefined || codes === undefined) return undefined;
    if (service.startsWith("DynamoDB") && this.#restarts.strikes()) this.#restartEngine();
    const appending = orgsAppendedTo(operation, input);
    if (appending.length > 0 && this.#orgsThrottled.strikes()) this.#throttleOrg();
    if (this.#throttledOrg !== undefined && appending.includes(this.#throttledOrg)) {
      this.log.note("organisation throttled", nameIn(caller));
      return "ProvisionedThroughputExceededException";
    }
    if (!this.#throttled.strikes()) return undefined;
    this.log.note("call throttled", nameIn(caller));
    return this.#codes.pick(codes);
  }

  losesAnswer({ service, caller }: ServiceCall): boolean {
    if (this.#restart === undefined || !(service in throttles) || this.#options.spares(nameIn(caller))) return false;
    const isLost = this.#unanswered.strikes();
    if (isLost) this.log.note("answer lost after the call", nameIn(caller));
    return isLost;
  }

  onInvoke(functionName: string, kill: () => boolean): void {
    if (this.#restart === undefined || this.#options.spares(functionName) || !this.#killed.strikes()) return;
    setTimeout(
      () => {
        if (kill()) this.log.note("function killed", functionName);
        else this.#killed.missed();
      },
      this.#killMs.between(1, 30),
    );
  }

  batchesOf<Item>({ id, kind }: FaultySource) {
    const choices = (what: string) => this.#options.choices(`${what} of ${id}`);
    const [twice, shuffled, held] = [
      new Rhythm(choices("batches twice"), 1, kind === "queue" ? 40 : 20),
      new Rhythm(choices("shuffled batches"), 1, 14),
      new Rhythm(choices("held messages"), 1, 40),
    ];
    const random = choices("order");
    const waiting: Item[] = [];
    return (batch: readonly Item[]): readonly (readonly Item[])[] => {
      const items = [...waiting.splice(0), ...batch];
      if (this.#restart === undefined || items.length === 0) return [items];
      if (kind === "queue" && held.strikes()) {
        waiting.push(...items.splice(random.between(0, items.length - 1), 1));
        this.log.note("message held for a later batch", id);
      }
      if (kind === "queue" && items.length > 1 && shuffled.strikes()) {
        shuffle(items, random);
        this.log.note("queue batch shuffled", id);
      }
      if (items.length === 0 || !twice.strikes()) return [items];
      this.log.note(`${kind} batch brought twice`, id);
      return [items, items];
    };
  }

  /** As where the partition of an index is too busy: one organisation cannot write at all, all others can. */
  #throttleOrg(): void {
    this.#orgsThrottled = new Rhythm(this.#options.choices("later throttled organisations"), 500, 1_500);
    this.#throttledOrg = this.#options.orgIds[this.#orgs.between(0, this.#options.orgIds.length - 1)];
    setTimeout(() => {
      this.#throttledOrg = undefined;
    }, orgThrottledMs);
  }

  #restartEngine(): void {
    if (this.#restart === undefined) return;
    this.#restarts = new Rhythm(this.#options.choices("later restarts"), 3_000, 9_000);
    const over = this.log.note("engine restarted", everywhere);
    this.#restarting = this.#restart().finally(over);
  }
}

const Put = z.object({
  Item: z.object({ timeline: z.object({ S: z.string() }), org_id: z.object({ S: z.string() }) }),
});
const Transaction = z.object({ TransactItems: z.array(z.object({ Put: z.unknown() })) });

/** The organisations that a call appends events to. */
function orgsAppendedTo(operation: string, input: unknown): string[] {
  const puts =
    operation === "PutItem"
      ? [input]
      : operation === "TransactWriteItems"
        ? (Transaction.safeParse(input).data?.TransactItems.map((item) => item.Put) ?? [])
        : [];
  return puts.flatMap((put) => Put.safeParse(put).data?.Item.org_id.S ?? []);
}

function nameIn(caller: string): string {
  return caller.slice(caller.lastIndexOf("/") + 1);
}

function shuffle<Item>(items: Item[], random: Random): void {
  for (let at = items.length - 1; at > 0; at--) {
    const [taken] = items.splice(random.between(0, at), 1);
    if (taken !== undefined) items.push(taken);
  }
}
