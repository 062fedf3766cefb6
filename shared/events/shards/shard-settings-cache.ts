import { ActivityError } from "#shared/errors.ts";
import { firstShard, type ShardCount, type ShardSetting, shardCountToWrite } from "./shards.ts";

/** Settings of the organisations with several shards, by organisation; `null` for a damaged setting. */
export type ShardSettings = ReadonlyMap<string, ShardSetting | null>;

export type ShardSettingsReader = {
  /** Returns all settings as of now. */
  read(): Promise<ShardSettings>;
};

/** The number of shards of an organisation, for reading and writing its events. */
export type ShardCounts = {
  /** Throws `ActivityError` `unavailable` if the count is not known reliably enough to find every event. */
  countToRead(orgId: string): ShardCount | Promise<ShardCount>;
  countToWrite(orgId: string): ShardCount;
};

/** Age after which the settings are refreshed in the background. */
const refreshAfterMs = 20_000;

/** Age after which the settings are not used to read. Must stay below `shardLeadMs`; see ADR 37. */
export const readableForMs = 60_000;

/** Pauses after failed reads, so that retries do not overload a busy store. */
const firstPauseMs = 250;
const longestPauseMs = 5_000;

type Known = { readonly settings: ShardSettings; readonly asOf: number };

/** `wasAwaited` is false if the read began in the background, perhaps before the function was frozen. */
type Failure = {
  readonly error: unknown;
  readonly pauseMs: number;
  readonly at: number;
  readonly wasAwaited: boolean;
};

/**
 * Caches which organisations have several shards. They are few, so one read gets all of them, and an organisation with
 * one shard needs no read of its own.
 */
export class ShardSettingsCache implements ShardCounts {
  readonly #reader: ShardSettingsReader;
  readonly #now: () => Date;
  readonly #report: (error: unknown) => void;
  #known: Known | null = null;
  #reading: Promise<void> | null = null;
  #failure: Failure | null = null;

  /** `report` receives the errors of background reads. */
  constructor(reader: ShardSettingsReader, now: () => Date, report: (error: unknown) => void = () => undefined) {
    this.#reader = reader;
    this.#now = now;
    this.#report = report;
  }

  /** Refreshes the settings in the background unless they are fresh. Never throws. */
  prefetch(): void {
    if (!this.#isYounger(refreshAfterMs) && !this.#isPausing()) this.#refresh(false).catch(this.#report);
  }

  countToRead(orgId: string): ShardCount | Promise<ShardCount> {
    const known = this.#known;
    if (known === null || !this.#isYounger(readableForMs)) return this.#awaitCount(orgId);
    this.prefetch();
    return countIn(known.settings, orgId);
  }

  /** Never waits and never fails: an outdated, lower count is safe, because readers read all of its shards, too. */
  countToWrite(orgId: string): ShardCount {
    this.prefetch();
    return shardCountToWrite(this.#known?.settings.get(orgId) ?? null, this.#now());
  }

  /**
   * Returns whether readers read this shard of an organisation. Counts only rise, so a cached `true` is valid; `false`
   * needs a fresh read. Returns `true` for a damaged setting, since reads of that organisation fail anyway.
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
    // A read that began before the function was frozen may fail or be outdated, so try once more.
    for (let tries = 0; tries < 2; tries++) {
      if (this.#failure?.wasAwaited && this.#isPausing()) throw this.#failure.error;
      try {
        await this.#refresh(true);
      } catch (error) {
        if (this.#failure?.wasAwaited) throw error;
      }
      if (this.#known !== null && isEnough(this.#known)) return this.#known.settings;
    }
    throw new ActivityError("unavailable", "The shard settings are outdated. Retry after the given time.", {
      retryAfter: 2,
    });
  }

  #isYounger(ageMs: number): boolean {
    if (this.#known === null) return false;
    const age = this.#now().getTime() - this.#known.asOf;
    return age >= 0 && age < ageMs;
  }

  /** Reads the settings, shared by concurrent callers. They are as of the time when the read began. */
  #refresh(isAwaited: boolean): Promise<void> {
    this.#reading ??= this.#read(isAwaited).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  #isPausing(): boolean {
    if (this.#failure === null) return false;
    const elapsed = this.#now().getTime() - this.#failure.at;
    return elapsed >= 0 && elapsed < this.#failure.pauseMs;
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

/** Throws for a damaged setting, which fails only the requests of that organisation. */
function countIn(settings: ShardSettings, orgId: string): ShardCount {
  const setting = settings.get(orgId);
  if (setting === null) throw new Error(`The shard setting of the organisation ${orgId} is damaged.`);
  return setting?.count ?? 1;
}

function isShardIn(settings: ShardSettings, orgId: string, shard: string): boolean {
  const setting = settings.get(orgId);
  return setting === null || Number(shard) < (setting?.count ?? 1);
}

/** For callers that never use an organisation with several shards, for example tests. */
export const oneShard: ShardCounts = { countToRead: () => 1, countToWrite: () => 1 };
