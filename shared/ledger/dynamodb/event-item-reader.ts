import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem } from "#shared/platform/dynamodb/operations.ts";

/** Creates the reader of events as stored, in the events table. */
export function createEventItemReader(client: DynamoDBClient, table: string): ProofPorts["getEventItem"] {
  return (orgId, entry) => getItem(client, table, eventKey(orgId, entry), (item) => item);
}
