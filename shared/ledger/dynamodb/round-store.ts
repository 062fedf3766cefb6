import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { type AnchorRound, seedBytes } from "#shared/ledger/anchors/anchor-round.ts";
import type { AnchoredHead } from "#shared/ledger/anchors/anchored-head.ts";
import { DamagedRoundError } from "#shared/ledger/anchors/damaged-round.ts";
import type { RoundStore } from "#shared/ledger/anchors/ports.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { hashBytes } from "#shared/ledger/merkle/hashes.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { roundPartition } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { ByteReader } from "./byte-reader.ts";

const sizeBytes = 8;

/** Creates the store of what rounds are computed from, in the ledger table. A full round has less than 230 KB. */
export function createRoundStore(client: DynamoDBClient, table: string): RoundStore {
  return {
    async put(root, { heads, seed }) {
      const Item = {
        pk: { S: roundPartition(encodeHex(root)) },
        sk: { N: "0" },
        heads: { B: packHeads(heads) },
        seed: { B: seed },
      };
      const request = { TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" };
      try {
        await mapTransientErrors(client.send(new PutItemCommand(request)));
      } catch (error) {
        // The root depends on random bytes: what is there was put by this request, whose response was lost.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async get(root) {
      const key = encodeHex(root);
      // A query, because the functions that read logs may do nothing else.
      const request = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: roundPartition(key) } },
        ConsistentRead: true,
        Limit: 1,
      });
      const { Items: [item] = [] } = await mapTransientErrors(client.send(request));
      if (item === undefined) throw new DamagedRoundError(key, "it is missing");
      return parseRoundItem(item, key);
    },
  };
}

function parseRoundItem({ heads, seed }: AttributeMap, key: string): AnchorRound {
  if (heads?.B === undefined || seed?.B?.length !== seedBytes)
    throw new DamagedRoundError(key, "an attribute is missing");
  try {
    return { heads: unpackHeads(heads.B), seed: Uint8Array.from(seed.B) };
  } catch (error) {
    throw new DamagedRoundError(key, error instanceof Error ? error.message : String(error));
  }
}

/** Packs heads, one after the other: the length of the log's id in 2 bytes, the id, the size in 8 bytes, and the root. */
function packHeads(heads: readonly AnchoredHead[]): Uint8Array {
  return Buffer.concat(
    heads.flatMap(({ log, size, root }) => {
      const id = Buffer.from(log);
      const numbers = Buffer.alloc(2 + sizeBytes);
      numbers.writeUInt16BE(id.length);
      numbers.writeBigUInt64BE(BigInt(size), 2);
      return [numbers.subarray(0, 2), id, numbers.subarray(2), root];
    }),
  );
}

function unpackHeads(bytes: Uint8Array): AnchoredHead[] {
  const reader = new ByteReader(bytes);
  const heads: AnchoredHead[] = [];
  while (!reader.isAtEnd) {
    heads.push({
      log: reader.readText(),
      size: Number(Buffer.from(reader.readBytes(sizeBytes)).readBigUInt64BE()),
      root: reader.readBytes(hashBytes),
    });
  }
  return heads;
}
