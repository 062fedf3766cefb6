import { setTimeout as delay } from "node:timers/promises";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { createSequencerHandler } from "#shared/ledger/aws/sequencer-handler.ts";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const now = () => new Date();
const client = createDynamoClient();
const maxConflictPauseMs = 20;

/** Appends every record of the events table's stream to the log of its organisation in the ledger. */
export const handler = createSequencerHandler({
  parseEvent: parseEventItem,
  ledger: createLedgerStore(client, env(envVars.ledgerTable)),
  claims: createClaimStore(client, env(envVars.configTable), now),
  now,
  waitAfterConflict: () => delay(Math.random() * maxConflictPauseMs),
});
