import type { Position } from "../events/event.ts";

export const replayScopes = ["failed", "all"] as const;

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
  readonly only: (typeof replayScopes)[number];
  readonly status: "running" | "done" | "stopped";
  /** Events looked at, and deliveries sent, so far. */
  readonly examined: number;
  readonly sent: number;
  /** Where it goes on; `null` at the beginning. */
  readonly place: ReplayPlace | null;
  readonly created_at: string;
  readonly updated_at: string;
};

export type ReplayStore = {
  save(replay: Replay): Promise<void>;
  /** One that runs, and made a step since; `null` where there is none. */
  running(endpointId: string, since: string): Promise<Replay | null>;
  get(endpointId: string, replayId: string): Promise<Replay | null>;
};

/** The queue of replays that go on. */
export type ReplayQueue = {
  send(replay: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">, delaySeconds: number): Promise<void>;
};
