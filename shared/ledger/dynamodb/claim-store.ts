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
  version: index,
  sequenced_to: sequenceNumber,
  claimed_to: sequenceNumber,
  scan_from: jsonText(z.record(z.string(), index)),
});

export type ClaimStoreOptions = {
  /** The config table. */
  readonly table: string;
  /** The ledger that claimed records are appended to. A claim says nothing about another ledger. */
  readonly ledgerTable: string;
  readonly now: () => Date;
};

/** Creates the store of the sequencer's claims: one item in the config table for each shard of the stream. */
export function createClaimStore(client: DynamoDBClient, { table, ledgerTable, now }: ClaimStoreOptions): ShardClaims {
  const keyOf = (shard: string) => claimKey(ledgerTable, shard);
  return {
    get: (shard) => getItem(client, table, keyOf(shard), parseClaim),

    async put(shard, claim) {
      const isFirst = claim.version === 1;
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...keyOf(shard), ...toStoredClaim(claim), ...expiresAfter(now().getTime(), keptForDays) }),
        ConditionExpression: isFirst ? "attribute_not_exists(pk)" : "version = :before",
        ...(!isFirst && { ExpressionAttributeValues: { ":before": { N: String(claim.version - 1) } } }),
      });
      const { isWritten } = await writeConditionally(client.send(put));
      return isWritten;
    },
  };
}

function toStoredClaim({ version, sequencedTo, claimedTo, scanFrom }: ShardClaim) {
  return {
    version,
    sequenced_to: String(sequencedTo),
    claimed_to: String(claimedTo),
    scan_from: JSON.stringify(Object.fromEntries(scanFrom)),
  };
}

function parseClaim(item: AttributeMap): ShardClaim {
  const { version, sequenced_to, claimed_to, scan_from } = parseItem(storedClaimSchema, item);
  return {
    version,
    sequencedTo: sequenced_to,
    claimedTo: claimed_to,
    scanFrom: new Map(Object.entries(scan_from)),
  };
}
