import type { Chunk } from "#shared/ledger/chunk.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";

/** The state of a log that an anchor commits to. */
export type AnchoredHead = TreeHead & {
  /** An organisation, or `unknownOrgLog`. */
  readonly log: string;
};

export type LoggedChunk = { readonly log: string; readonly chunk: Pick<Chunk, "size" | "root"> };

/** Returns the newest state of each log of which chunks are given. The log of anchors is never anchored itself. */
export function newestHeads(chunks: Iterable<LoggedChunk>): AnchoredHead[] {
  const heads = new Map<string, AnchoredHead>();
  for (const { log, chunk } of chunks) {
    if (log === anchorsLog || (heads.get(log)?.size ?? 0) >= chunk.size) continue;
    heads.set(log, { log, size: chunk.size, root: chunk.root });
  }
  return [...heads.values()];
}
