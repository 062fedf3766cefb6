import { setTimeout as delay } from "node:timers/promises";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { createSequencerHandler } from "#shared/ledger/aws/sequencer-handler.ts";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createQuarantineQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const now = () => new Date();
const client = createDynamoClient();
const ledgerTable = env(envVars.ledgerTable);
const maxConflictPauseMs = 20;

/** Appends every record of the events table's stream to the log of its organisation in the ledger. */
export const handler = createSequencerHandler({
  parseEvent: parseEventOfAnyRelease,
  ledger: createLedgerStore(client, ledgerTable),
  claims: createClaimStore(client, { table: env(envVars.configTable), ledgerTable, now }),
  quarantine: createQuarantineQueue(env(envVars.sequencerDeadLetters)),
  now,
  waitAfterConflict: () => delay(Math.random() * maxConflictPauseMs),
});
