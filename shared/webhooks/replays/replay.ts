import type { Position } from "#shared/events/event.ts";
import type { UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";

export const replayScopes = ["failed", "all"] as const;

export type ReplayScope = (typeof replayScopes)[number];

export function isReplayScope(text: string): text is ReplayScope {
  return replayScopes.some((scope) => scope === text);
}

/** Where a replay continues: after a delivery in the list of failed ones, or after an event in the log. */
export type ReplayCursor =
  | { readonly kind: "list"; readonly after: string }
  | { readonly kind: "log"; readonly after: Position | null };

/** A replay, which sends the newest events first. Times are UTC with three fraction digits. */
export type Replay = {
  /** `rpl_` and 32 hexadecimal digits. */
  readonly replay_id: string;
  readonly org_id: string;
  readonly endpoint_id: string;
  readonly since: string;
  readonly until: string;
  /** Filters in addition to the endpoint's own. */
  readonly events: readonly string[] | null;
  readonly only: ReplayScope | UnrecognisedValue;
  readonly status: "running" | "done" | "stopped" | UnrecognisedValue;
  /** Events examined and deliveries sent so far. */
  readonly examined: number;
  readonly sent: number;
  /** Where it continues; `null` at the beginning. */
  readonly cursor: ReplayCursor | null;
  readonly created_at: string;
  readonly updated_at: string;
};

/** After this time without progress a replay counts as stalled. A step takes 15 seconds. */
const stalledMs = 10 * 60_000;

/** Before its first step a replay may wait in the queue, because ten run at a time. */
const maxQueuedMs = 60 * 60_000;

/** Whether a replay is running or queued, and not stalled. */
export function isReplayActive({ status, created_at, updated_at }: Replay, now: Date): boolean {
  const maxIdleMs = updated_at === created_at ? maxQueuedMs : stalledMs;
  return status === "running" && now.getTime() - Date.parse(updated_at) <= maxIdleMs;
}

export type ReplayStore = {
  save(replay: Replay): Promise<void>;
  /** Returns the active replay (`isReplayActive`) of an endpoint, or `null`. */
  getActive(endpointId: string, now: Date): Promise<Replay | null>;
  get(endpointId: string, replayId: string): Promise<Replay | null>;
};

/** How many replays of an organisation can be active at the same time. */
export const maxActiveReplaysPerOrg = 5;

/** The stored list of an organisation's replays. Ended ones are removed when the next one starts. */
export type ReplayList = {
  readonly replays: readonly Pick<Replay, "endpoint_id" | "replay_id">[];
  /** Version number for optimistic locking. */
  readonly version: number;
};

export type ReplayListStore = {
  get(orgId: string): Promise<ReplayList>;
  /** Returns `false` if the list has another version than `before`. */
  replace(orgId: string, before: ReplayList, replays: ReplayList["replays"]): Promise<boolean>;
};

/** The queue of replay steps. */
export type ReplayQueue = {
  send(replay: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">, delaySeconds: number): Promise<void>;
};
