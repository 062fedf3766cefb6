import type { Position } from "#shared/events/event.ts";
import type { LaterValue } from "#shared/webhooks/later-value.ts";

export const replayScopes = ["failed", "all"] as const;

export type ReplayScope = (typeof replayScopes)[number];

export function isReplayScope(text: string): text is ReplayScope {
  return replayScopes.some((scope) => scope === text);
}

/** Where a replay goes on: after a delivery in the list of what failed, or after an event in the log. */
export type ReplayPlace =
  | { readonly kind: "list"; readonly after: string }
  | { readonly kind: "log"; readonly after: Position | null };

/** A replay on its way, newest event first. Times are UTC with three fraction digits. */
export type Replay = {
  /** `rpl_` and 32 hexadecimal digits. */
  readonly replay_id: string;
  readonly org_id: string;
  readonly endpoint_id: string;
  readonly since: string;
  readonly until: string;
  /** Filters beside the endpoint's own; `null` for those alone. */
  readonly events: readonly string[] | null;
  readonly only: ReplayScope | LaterValue;
  readonly status: "running" | "done" | "stopped" | LaterValue;
  /** Events looked at, and deliveries sent, so far. */
  readonly examined: number;
  readonly sent: number;
  /** Where it goes on; `null` at the beginning. */
  readonly place: ReplayPlace | null;
  readonly created_at: string;
  readonly updated_at: string;
};

/** A replay that has not moved for so long is not waited for: a step takes a quarter of a minute. */
const stalledMs = 10 * 60_000;

/** One that has made no step yet may wait in the queue: replays run ten at a time. */
const waitingMs = 60 * 60_000;

/** Whether a replay runs, or waits for its first step, and has not stalled. */
export function isUnderWay({ status, created_at, updated_at }: Replay, now: Date): boolean {
  const patienceMs = updated_at === created_at ? waitingMs : stalledMs;
  return status === "running" && now.getTime() - Date.parse(updated_at) <= patienceMs;
}

export type ReplayStore = {
  save(replay: Replay): Promise<void>;
  /** One that is under way (`isUnderWay`); `null` where there is none. */
  running(endpointId: string, now: Date): Promise<Replay | null>;
  get(endpointId: string, replayId: string): Promise<Replay | null>;
};

/** Replays that owners may have under way at the same time, of all endpoints of an organisation. */
export const maxReplaysOfOrg = 5;

/** Which replays an organisation began, at rest. Those that have ended are dropped when the next one begins. */
export type ReplayList = {
  readonly replays: readonly Pick<Replay, "endpoint_id" | "replay_id">[];
  /** Counts the changes, so that two at the same time are noticed. */
  readonly version: number;
};

export type ReplayListStore = {
  get(orgId: string): Promise<ReplayList>;
  /** Returns `false` if the list has another version than `before`. */
  replace(orgId: string, before: ReplayList, replays: ReplayList["replays"]): Promise<boolean>;
};

/** The queue of replays that go on. */
export type ReplayQueue = {
  send(replay: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">, delaySeconds: number): Promise<void>;
};
