import { ActivityError } from "#shared/errors.ts";
import { isUnderWay, maxReplaysOfOrg, type Replay, type ReplayListStore, type ReplayStore } from "./replay.ts";

const maxTries = 5;

export type ReplayLimitPorts = {
  readonly replays: Pick<ReplayStore, "get">;
  readonly replayLists: ReplayListStore;
  now(): Date;
};

/**
 * Notes that an organisation begins a replay, which is saved already. Nothing is to be given back: the replays themselves
 * show what has ended or stalled. Throws `ActivityError` `conflict` if as many as may be are under way, `unavailable` if others are
 * always first.
 */
export async function noteReplay(
  { replays, replayLists, now }: ReplayLimitPorts,
  { org_id, endpoint_id, replay_id }: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const list = await replayLists.get(org_id);
    const found = await Promise.all(list.replays.map((each) => replays.get(each.endpoint_id, each.replay_id)));
    const others = list.replays.filter((_, at) => {
      const replay = found[at] ?? null;
      return replay !== null && isUnderWay(replay, now());
    });
    if (others.length >= maxReplaysOfOrg) throw tooMany();
    if (await replayLists.replace(org_id, list, [...others, { endpoint_id, replay_id }])) return;
  }
  throw new ActivityError("unavailable", "Other replays of the organisation began first.", { retryAfter: 1 });
}

function tooMany(): ActivityError {
  const message = `${maxReplaysOfOrg} replays of the organisation are under way: wait until one is done.`;
  return new ActivityError("conflict", message);
}
