import type { Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { chunkPartition } from "#shared/platform/dynamodb/keys.ts";
import type { StreamImage } from "#shared/platform/handlers/stream-handler.ts";
import { parseChunkItem } from "./chunk-item.ts";

const partitionPrefix = chunkPartition("");

/**
 * Parses the image of a chunk in a record of the ledger's stream, in which Lambda passes bytes as base64. Returns the chunk
 * and its log. Throws `DamagedChunkError`.
 */
export function parseChunkImage(image: StreamImage): { readonly log: string; readonly chunk: Chunk } {
  const partition = image.pk?.S ?? "?";
  if (!partition.startsWith(partitionPrefix)) throw new DamagedChunkError(partition, "it is in no log");
  return { log: partition.slice(partitionPrefix.length), chunk: parseChunkItem(toItem(image)) };
}

/** Returns the attributes of a chunk, which are texts, numbers and bytes. */
function toItem(image: StreamImage): AttributeMap {
  const item: AttributeMap = {};
  for (const [name, { S, N, B }] of Object.entries(image)) {
    if (S !== undefined) item[name] = { S };
    else if (N !== undefined) item[name] = { N };
    else if (B !== undefined) item[name] = { B: Buffer.from(B, "base64") };
  }
  return item;
}
