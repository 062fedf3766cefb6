import { ActivityError } from "#shared/errors.ts";
import type { Position } from "#shared/events/event.ts";
import { isSamePosition } from "./position.ts";

/** A list of an organisation that is paged by offset. `listKey` identifies it within the organisation. */
export type PagedList = { readonly org_id: string; readonly listKey: string };

/**
 * Position after the first `offset` events of a list. `head` was its newest event at that time: each event that was
 * added before it since moves the offset by one.
 */
export type PageCheckpoint = { readonly offset: number; readonly after: Position; readonly head: Position };

/** Checkpoints of lists, kept for a few minutes. Losing one makes the next page slower, never wrong. */
export type PageCheckpointStore = {
  /** Returns the `count` checkpoints of a list that are nearest to `offset` and not beyond it, nearest first. */
  findNearest(list: PagedList, offset: number, count: number, now: Date): Promise<readonly PageCheckpoint[]>;
  put(list: PagedList, checkpoint: PageCheckpoint, now: Date): Promise<void>;
};

/** A checkpoint to save with `savePageCheckpoint`. */
export type NewPageCheckpoint = { readonly list: PagedList; readonly checkpoint: PageCheckpoint };

/** Saves a checkpoint, if there is one. A busy store is ignored: it only makes the next page slower. */
export async function savePageCheckpoint(
  { checkpoints, now }: { readonly checkpoints: PageCheckpointStore; readonly now: () => Date },
  page: NewPageCheckpoint | null,
): Promise<void> {
  if (page === null) return;
  await checkpoints.put(page.list, page.checkpoint, now()).catch((error: unknown) => {
    if (!(error instanceof ActivityError && error.code === "unavailable")) throw error;
  });
}

/** Whether two checkpoints have the same offset and positions. */
export function isSameCheckpoint(left: PageCheckpoint, right: PageCheckpoint): boolean {
  return (
    left.offset === right.offset && isSamePosition(left.after, right.after) && isSamePosition(left.head, right.head)
  );
}
