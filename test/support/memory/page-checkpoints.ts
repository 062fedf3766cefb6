import type { PageCheckpoint, PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";

/** Creates a store of checkpoints in memory that never expire. */
export function memoryPageCheckpoints(): PageCheckpointStore & {
  readonly all: ReadonlyMap<string, readonly PageCheckpoint[]>;
} {
  const lists = new Map<string, PageCheckpoint[]>();
  return {
    all: lists,
    async findNearest({ org_id, listKey: name }, offset, count) {
      const checkpoints = lists.get(`${org_id} ${name}`) ?? [];
      return checkpoints
        .filter((checkpoint) => checkpoint.offset <= offset)
        .sort((left, right) => right.offset - left.offset)
        .slice(0, count);
    },
    async put({ org_id, listKey: name }, checkpoint) {
      const key = `${org_id} ${name}`;
      lists.set(key, [...(lists.get(key) ?? []).filter(({ offset }) => offset !== checkpoint.offset), checkpoint]);
    },
  };
}
