import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { findSequences, type SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { createLedgerStore } from "./ledger-store.ts";

/** Creates a finder that reads the table of the ledger. */
export function createSequenceFinder(client: DynamoDBClient, table: string): SequenceFinder {
  const ledger = createLedgerStore(client, table);
  return (log, events, meter) => findSequences(meterLedgerReads(ledger, meter), log, events);
}
