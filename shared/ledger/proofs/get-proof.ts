import { sha256 } from "#sha256";
import { ActivityError } from "#shared/errors.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import { formatLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { formatTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import { getSigned } from "./get-signed.ts";
import type { ProofPorts } from "./proof-ports.ts";

export type ProofRequest = {
  readonly sequence: number;
  /** The size of a checkpoint that was signed before; `null` for the latest one. */
  readonly size: number | null;
};

/**
 * Returns the proof that a log has an entry, as text (C2SP tlog-proof). Throws `ActivityError` like `getCheckpoint` and
 * `getSigned`, and `invalid_value` if the checkpoint of the request does not cover the entry.
 */
export async function getProof(ports: ProofPorts, log: string, { sequence, size }: ProofRequest): Promise<string> {
  if (size !== null && size < sequence) {
    throw new ActivityError("invalid_value", "size must not be smaller than the sequence.", { field: "size" });
  }
  const checkpoint =
    size === null ? await getCheckpoint(ports, log, sequence) : await getSigned(ports.checkpoints, log, size);
  const index = sequence - 1;
  const tiles = new LogTiles(ports.tiles, log, checkpoint);
  const [hashes, extra] = await Promise.all([
    createInclusionProof(index, checkpoint.size, tiles.readSubtrees),
    tiles.getChunk(index).then((chunk) => getExtra(ports, log, { chunk, index })),
  ]);
  return formatTlogProof({ extra, index, hashes, checkpoint: checkpoint.note });
}

type EntryPosition = { readonly chunk: Chunk; readonly index: number };

/** Returns the entry with its content, or without it if that is not an event as it was sealed: the entry is proved anyway. */
async function getExtra(ports: ProofPorts, log: string, { chunk, index }: EntryPosition): Promise<Uint8Array> {
  const entry = chunk.entries[index - chunk.first];
  if (entry === undefined) throw new RangeError(`The chunk at ${chunk.first} has no entry ${index}.`);
  const { kind, sha256: digest } = entry;
  const canonical = kind === "event" ? await getCanonicalEvent(ports, log, entry) : null;
  return canonical !== null && isEqualHash(sha256(canonical), digest)
    ? formatLoggedEntry({ kind, sealedAt: chunk.sealed_at, canonical })
    : entryData(kind, chunk.sealed_at, digest);
}

/** Returns `null` for an event that is missing or not to be disclosed. */
async function getCanonicalEvent(ports: ProofPorts, log: string, entry: EventEntry): Promise<string | null> {
  if (!ports.visibleEntityTypes.some((type) => type === entry.entity_type)) return null;
  const item = await ports.getEventItem(log, entry);
  return item === null ? null : canonicalEvent(item);
}
