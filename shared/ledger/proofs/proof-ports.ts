import type { EntityType } from "#shared/events/entity-types.ts";
import type { CheckpointPorts } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import type { ItemImage } from "#shared/ledger/formats/canonical.ts";

/** What proofs are made from. */
export type ProofPorts = CheckpointPorts & {
  /** Entity types whose events are disclosed. Of others, only the entry is. */
  readonly visibleEntityTypes: readonly EntityType[];
  /** Returns the item of an event as stored; `null` if it does not exist. */
  getEventItem(orgId: string, entry: EventEntry): Promise<ItemImage | null>;
};
