import * as z from "zod";
import type { Random } from "#infra/local/demo/random.ts";
import type { AwsServiceCall, EventSourceRef, FaultInjector } from "#infra/local/fault-injection.ts";
import { type Choices, Rhythm } from "./choices.ts";
import { everywhere, FaultLog } from "./fault-log.ts";

const throttles: Readonly<Record<string, readonly [string, ...string[]]>> = {
  DynamoDB_20120810: ["ThrottlingException", "ProvisionedThroughputExceededException"],
  DynamoDBStreams_20120810: ["ProvisionedThroughputExceededException"],
  AmazonSQS: ["RequestThrottled"],
  Logs_20140328: ["ThrottlingException"],
};

/** How long all appends of one organisation are throttled. */
const orgThrottledMs = 3_000;

export type FaultOptions = {
  readonly choices: Choices;
  readonly orgIds: readonly string[];
  /** Functions that are never killed and whose responses are never dropped. */
  readonly spares: (functionName: string) => boolean;
};

/** Injects faults. With the same seed, the nth call of a kind always gets the same fault. */
export class SeededFaults implements FaultInjector {
  readonly log = new FaultLog();
  readonly #options: FaultOptions;
  readonly #codes: Random;
  readonly #throttled: Rhythm;
  readonly #lostResponses: Rhythm;
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
    this.#lostResponses = new Rhythm(choices("unanswered"), 1, 200);
    this.#killed = new Rhythm(choices("killed"), 1, 100);
    this.#killMs = choices("time to live");
    this.#orgs = choices("organisations");
    this.#orgsThrottled = new Rhythm(choices("first throttled organisation"), 20, 60);
    // Early: a delivery whose result is lost is retried after a minute, for which a short run would have to wait.
    this.#restarts = new Rhythm(choices("first restart"), 20, 120);
  }

  /** Starts injecting faults. */
  begin(restart: () => Promise<void>): void {
    this.#restart = restart;
  }

  /** Stops injecting faults. */
  async end(): Promise<void> {
    this.#restart = undefined;
    await this.#restarting;
  }

  errorFor({ service, operation, input, caller }: AwsServiceCall): string | undefined {
    const codes = throttles[service];
    if (this.#restart === undefined || codes === undefined) return undefined;
    if (service.startsWith("DynamoDB") && this.#restarts.isSelected()) this.#restartEngine();
    const appending = orgsAppendedTo(operation, input);
    if (appending.length > 0 && this.#orgsThrottled.isSelected()) this.#throttleOrg();
    if (this.#throttledOrg !== undefined && appending.includes(this.#throttledOrg)) {
      this.log.note("organisation throttled", functionNameOf(caller));
      return "ProvisionedThroughputExceededException";
    }
    if (!this.#throttled.isSelected()) return undefined;
    this.log.note("call throttled", functionNameOf(caller));
    return this.#codes.pick(codes);
  }

  dropsResponse({ service, caller }: AwsServiceCall): boolean {
    if (this.#restart === undefined || !(service in throttles) || this.#options.spares(functionNameOf(caller)))
      return false;
    const isLost = this.#lostResponses.isSelected();
    if (isLost) this.log.note("response lost after the call", functionNameOf(caller));
    return isLost;
  }

  onInvoke(functionName: string, kill: () => boolean): void {
    if (this.#restart === undefined || this.#options.spares(functionName) || !this.#killed.isSelected()) return;
    setTimeout(
      () => {
        if (kill()) this.log.note("function killed", functionName);
        else this.#killed.selectNext();
      },
      this.#killMs.between(1, 30),
    );
  }

  rebatch<Item>({ id, kind }: EventSourceRef) {
    const choices = (what: string) => this.#options.choices(`${what} of ${id}`);
    const twice = new Rhythm(choices("batches twice"), 1, kind === "queue" ? 40 : 8);
    const shuffled = new Rhythm(choices("shuffled batches"), 1, 14);
    const held = new Rhythm(choices("held messages"), 1, 40);
    const random = choices("order");
    const waiting: Item[] = [];
    return (batch: readonly Item[]): readonly (readonly Item[])[] => {
      const items = [...waiting.splice(0), ...batch];
      if (this.#restart === undefined || items.length === 0) return [items];
      if (kind === "queue" && held.isSelected()) {
        waiting.push(...items.splice(random.between(0, items.length - 1), 1));
        this.log.note("message held for a later batch", id);
      }
      if (kind === "queue" && items.length > 1 && shuffled.isSelected()) {
        shuffle(items, random);
        this.log.note("queue batch shuffled", id);
      }
      if (items.length === 0 || !twice.isSelected()) return [items];
      this.log.note(`${kind} batch delivered twice`, id);
      return [items, items];
    };
  }

  /** Simulates a hot partition of an index: one organisation cannot append, all others can. */
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
    const over = this.log.note("database restarted", everywhere);
    this.#restarting = this.#restart().finally(over);
  }
}

const putSchema = z.object({
  Item: z.object({ timeline: z.object({ S: z.string() }), org_id: z.object({ S: z.string() }) }),
});
const transactionSchema = z.object({ TransactItems: z.array(z.object({ Put: z.unknown() })) });

/** Returns the organisations of the events that a call appends. */
function orgsAppendedTo(operation: string, input: unknown): string[] {
  const puts =
    operation === "PutItem"
      ? [input]
      : operation === "TransactWriteItems"
        ? (transactionSchema.safeParse(input).data?.TransactItems.map((item) => item.Put) ?? [])
        : [];
  return puts.flatMap((put) => putSchema.safeParse(put).data?.Item.org_id.S ?? []);
}

function functionNameOf(caller: string): string {
  return caller.slice(caller.lastIndexOf("/") + 1);
}

function shuffle<Item>(items: Item[], random: Random): void {
  for (let at = items.length - 1; at > 0; at--) {
    const [moved] = items.splice(random.between(0, at), 1);
    if (moved !== undefined) items.push(moved);
  }
}
