import { ActivityError } from "#shared/errors.ts";
import { firstShard, type ShardCount, type ShardSetting, shardCountToWrite } from "./shards.ts";

/** The settings of the organisations that have several shards, by organisation; `null` for one that is damaged. */
export type ShardSettings = ReadonlyMap<string, ShardSetting | null>;

export type ShardSettingsReader = {
  /** All settings as of now. */
  read(): Promise<ShardSettings>;
};

/** How many shards an organisation has, for those who read and write its events. */
export type ShardCounts = {
  /** Throws `ActivityError` `unavailable` if that is not known well enough to find every event. */
  countToRead(orgId: string): ShardCount | Promise<ShardCount>;
  countToWrite(orgId: string): ShardCount;
};

/** What is known is read again after this time, beside the work at hand. */
const refreshAfterMs = 20_000;

/** Older knowledge is not used to read. Must stay below `shardLeadMs`; see ADR 37. */
export const readableForMs = 60_000;

/** Pauses after failed reads, so that a store that is busy is not kept busy by those who ask it. */
const firstPauseMs = 250;
const longestPauseMs = 5_000;

type Known = { readonly settings: ShardSettings; readonly asOf: number };

/** `wasAwaited` is false if the read began beside other work, perhaps before the function was frozen. */
type Failure = {
  readonly error: unknown;
  readonly pauseMs: number;
  readonly at: number;
  readonly wasAwaited: boolean;
};

/**
 * Remembers which organisations have several shards. They are few, so all are read at once, and an organisation with
 * one shard costs no read at all.
 */
export class ShardSettingsCache implements ShardCounts {
  readonly #reader: ShardSettingsReader;
  readonly #now: () => Date;
  readonly #report: (error: unknown) => void;
  #known: Known | null = null;
  #reading: Promise<void> | null = null;
  #failure: Failure | null = null;

  /** `report` gets what a read beside the work failed for: the work itself goes on. */
  constructor(reader: ShardSettingsReader, now: () => Date, report: (error: unknown) => void = () => undefined) {
    this.#reader = reader;
    this.#now = now;
    this.#report = report;
  }

  /** Begins to read the settings unless they are fresh. Never throws. */
  prefetch(): void {
    if (!this.#isYounger(refreshAfterMs) && !this.#isPausing()) this.#refresh(false).catch(this.#report);
  }

  countToRead(orgId: string): ShardCount | Promise<ShardCount> {
    const known = this.#known;
    if (known === null || !this.#isYounger(readableForMs)) return this.#awaitCount(orgId);
    this.prefetch();
    return countIn(known.settings, orgId);
  }

  /** Never waits and never fails: readers look at every shard of a lower count, too, so old knowledge is safe. */
  countToWrite(orgId: string): ShardCount {
    this.prefetch();
    return shardCountToWrite(this.#known?.settings.get(orgId) ?? null, this.#now());
  }

  /**
   * Returns whether readers look at this shard of an organisation. Counts only rise, so old knowledge may say yes; before
   * it says no it asks anew. It says yes of a damaged setting, since reads of that organisation fail anyway.
   */
  async isShardRead(orgId: string, shard: string): Promise<boolean> {
    if (shard === firstShard) return true;
    this.prefetch();
    if (this.#known !== null && isShardIn(this.#known.settings, orgId, shard)) return true;
    const since = this.#now().getTime();
    return isShardIn(await this.#awaitSettings(({ asOf }) => asOf >= since), orgId, shard);
  }

  async #awaitCount(orgId: string): Promise<ShardCount> {
    return countIn(await this.#awaitSettings(() => this.#isYounger(readableForMs)), orgId);
  }

  async #awaitSettings(isEnough: (known: Known) => boolean): Promise<ShardSettings> {
    // A read that began before the function was frozen may fail, or end with knowledge that is too old: one more is made.
    for (let tries = 0; tries < 2; tries++) {
      if (this.#failure?.wasAwaited && this.#isPausing()) throw this.#failure.error;
      try {
        await this.#refresh(true);
      } catch (error) {
        if (this.#failure?.wasAwaited) throw error;
      }
      if (this.#known !== null && isEnough(this.#known)) return this.#known.settings;
    }
    throw new ActivityError("unavailable", "The shards of the organisation are not known.", { retryAfter: 2 });
  }

  #isYounger(ageMs: number): boolean {
    if (this.#known === null) return false;
    const age = this.#now().getTime() - this.#known.asOf;
    return age >= 0 && age < ageMs;
  }

  /** Reads the settings once, however many ask for it. They are as of the time when the read began. */
  #refresh(isAwaited: boolean): Promise<void> {
    this.#reading ??= this.#read(isAwaited).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  #isPausing(): boolean {
    if (this.#failure === null) return false;
    const passed = this.#now().getTime() - this.#failure.at;
    return passed >= 0 && passed < this.#failure.pauseMs;
  }

  async #read(isAwaited: boolean): Promise<void> {
    const asOf = this.#now().getTime();
    try {
      this.#known = { settings: await this.#reader.read(), asOf };
      this.#failure = null;
    } catch (error) {
      const pauseMs = this.#failure === null ? firstPauseMs : Math.min(2 * this.#failure.pauseMs, longestPauseMs);
      this.#failure = { error, pauseMs, at: this.#now().getTime(), wasAwaited: isAwaited };
      throw error;
    }
  }
}

/** A damaged setting fails the requests of its organisation, and of no other. */
function countIn(settings: ShardSettings, orgId: string): ShardCount {
  const setting = settings.get(orgId);
  if (setting === null) throw new Error(`The shards of the organisation ${orgId} are damaged.`);
  return setting?.count ?? 1;
}

function isShardIn(settings: ShardSettings, orgId: string, shard: string): boolean {
  const setting = settings.get(orgId);
  return setting === null || Number(shard) < (setting?.count ?? 1);
}

/** For what never reads or writes events of an organisation with several shards, for example tests. */
export const oneShard: ShardCounts = { countToRead: () => 1, countToWrite: () => 1 };
