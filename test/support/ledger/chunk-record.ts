import type { DynamoDBRecord } from "aws-lambda";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import type { StreamImage } from "#shared/platform/handlers/stream-handler.ts";

/** Returns the record of a chunk in the ledger's stream, in the form in which Lambda passes it: bytes are base64. */
export function toChunkRecord(log: string, chunk: Chunk): DynamoDBRecord {
  const image: StreamImage = {};
  for (const [name, { S, N, B }] of Object.entries(toChunkItem(log, chunk))) {
    if (S !== undefined) image[name] = { S };
    else if (N !== undefined) image[name] = { N };
    else if (B !== undefined) image[name] = { B: Buffer.from(B).toString("base64") };
  }
  const { pk = { S: "" }, sk = { N: "" } } = image;
  return { eventName: "INSERT", dynamodb: { SequenceNumber: `1${chunk.first}`, Keys: { pk, sk }, NewImage: image } };
}
