import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { ShardClaim, ShardClaims } from "#shared/ledger/sequencer/shard-claim.ts";
import { type AttributeMap, expiresAfter } from "#shared/platform/dynamodb/attributes.ts";
import { claimKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { jsonText, parseItem } from "#shared/platform/dynamodb/stored-item.ts";

/** A stream keeps its records for a day. A claim must outlive those that it names. */
const keptForDays = 2;

const index = z.int().check(z.nonnegative());
const sequenceNumber = z.pipe(
  z.string().check(z.regex(/^\d+$/)),
  z.transform((text: string) => BigInt(text)),
);

const storedClaimSchema = z.object({
  v: index,
  upto: sequenceNumber,
  last: sequenceNumber,
  heads: jsonText(z.record(z.string(), index)),
});

/** Creates the store of the sequencer's claims: one item in the config table for each shard of the stream. */
export function createClaimStore(client: DynamoDBClient, table: string, now: () => Date): ShardClaims {
  return {
    get: (shard) => getItem(client, table, claimKey(shard), parseClaim),

    async put(shard, claim) {
      const isFirst = claim.version === 1;
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...claimKey(shard), ...toStoredClaim(claim), ...expiresAfter(now().getTime(), keptForDays) }),
        ConditionExpression: isFirst ? "attribute_not_exists(pk)" : "v = :before",
        ...(!isFirst && { ExpressionAttributeValues: { ":before": { N: String(claim.version - 1) } } }),
      });
      const { isWritten } = await writeConditionally(client.send(put));
      return isWritten;
    },
  };
}

function toStoredClaim({ version, sequencedTo, claimedTo, scanFrom }: ShardClaim) {
  return {
    v: version,
    upto: String(sequencedTo),
    last: String(claimedTo),
    heads: JSON.stringify(Object.fromEntries(scanFrom)),
  };
}

function parseClaim(item: AttributeMap): ShardClaim {
  const { v, upto, last, heads } = parseItem(storedClaimSchema, item);
  return { version: v, sequencedTo: upto, claimedTo: last, scanFrom: new Map(Object.entries(heads)) };
}
