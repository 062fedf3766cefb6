import { ActivityError } from "#shared/errors.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import {
  isReplayActive,
  maxActiveReplaysPerOrg,
  type Replay,
  type ReplayListStore,
  type ReplayStore,
} from "./replay.ts";

const maxConflicts = 5;

export type ReplayLimitPorts = {
  readonly replays: Pick<ReplayStore, "get">;
  readonly replayLists: ReplayListStore;
  now(): Date;
};

/**
 * Adds a saved replay to the list of its organisation. It is not removed at its end: the replays themselves show which
 * have ended or stalled. Throws `ActivityError` `conflict` if `maxActiveReplaysPerOrg` are active, `unavailable` after
 * repeated write conflicts.
 */
export async function registerReplay(
  { replays, replayLists, now }: ReplayLimitPorts,
  { org_id, endpoint_id, replay_id }: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">,
): Promise<void> {
  const isRegistered = await retryOnConflict(maxConflicts, async () => {
    const list = await replayLists.get(org_id);
    const listed = await Promise.all(list.replays.map((each) => replays.get(each.endpoint_id, each.replay_id)));
    const active = list.replays.filter((_, at) => {
      const replay = listed[at] ?? null;
      return replay !== null && isReplayActive(replay, now());
    });
    if (active.length >= maxActiveReplaysPerOrg) throw limitReached();
    return (await replayLists.replace(org_id, list, [...active, { endpoint_id, replay_id }])) || null;
  });
  if (isRegistered) return;
  throw new ActivityError("unavailable", "Other replays of the organisation are being started. Try again.", {
    retryAfter: 1,
  });
}

function limitReached(): ActivityError {
  const message = `${maxActiveReplaysPerOrg} replays of the organisation are active, the maximum. Wait until one is done.`;
  return new ActivityError("conflict", message);
}
