import type { EntityType } from "#shared/events/entity-types.ts";
import type { RoundStore } from "#shared/ledger/anchors/ports.ts";
import type { GetCheckpointPorts } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import type { ItemImage } from "#shared/ledger/formats/canonical.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";

/** What proofs are made from. */
export type ProofPorts = GetCheckpointPorts & {
  readonly ledger: Pick<LedgerReader, "getNewestChunk" | "getChunk" | "listChunks">;
  readonly rounds: Pick<RoundStore, "get">;
  /** Entity types whose events are disclosed. Of others, only the entry is. */
  readonly visibleEntityTypes: readonly EntityType[];
  /** Returns the item of an event as stored; `null` if it does not exist. */
  getEventItem(orgId: string, entry: EventEntry): Promise<ItemImage | null>;
};
