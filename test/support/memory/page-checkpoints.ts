import type { PageCheckpoint, PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";

/** Places in memory, for ever. */
export function memoryPageCheckpoints(): PageCheckpointStore & {
  readonly all: ReadonlyMap<string, readonly PageCheckpoint[]>;
} {
  const lists = new Map<string, PageCheckpoint[]>();
  return {
    all: lists,
    async listUpTo({ org_id, name }, offset, count) {
      const places = lists.get(`${org_id} ${name}`) ?? [];
      return places
        .filter((place) => place.offset <= offset)
        .sort((left, right) => right.offset - left.offset)
        .slice(0, count);
    },
    async put({ org_id, name }, place) {
      const key = `${org_id} ${name}`;
      lists.set(key, [...(lists.get(key) ?? []).filter(({ offset }) => offset !== place.offset), place]);
    },
  };
}
