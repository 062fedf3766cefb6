import { setTimeout as delay } from "node:timers/promises";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { createReconcileHandler } from "#shared/ledger/reconcile/aws/reconcile-handler.ts";
import { createEventKeyReader } from "#shared/ledger/reconcile/dynamodb/event-key-reader.ts";
import { createReconcileRunStore } from "#shared/ledger/reconcile/dynamodb/run-store.ts";
import { createPacer, paceWrites } from "#shared/ledger/reconcile/pacer.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { listedOrgPrefix, orgsPartition } from "#shared/platform/dynamodb/keys.ts";
import { listSuffixes } from "#shared/platform/dynamodb/operations.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

/** A third of what one partition serves, so that readers and the sequencer have the rest. */
const readUnitsPerSecond = 1_000;
const writeUnitsPerSecond = 330;

const maxConflictPauseMs = 20;

const client = createDynamoClient();
const config = env(envVars.configTable);
const ledgerTable = env(envVars.ledgerTable);
const now = () => new Date();
const clock = { now: () => performance.now(), sleep: (ms: number) => delay(ms) };
const readPacer = createPacer({ unitsPerSecond: readUnitsPerSecond, ...clock });
const ledger = createLedgerStore(client, ledgerTable);

/** Appends events to logs that lack them. It has no route; IAM controls which principals may invoke it. */
export const handler = createReconcileHandler({
  listOrgIds: () => listSuffixes(client, config, { pk: orgsPartition, prefix: listedOrgPrefix }),
  events: createEventKeyReader(client, env(envVars.eventsTable), {
    shards: new ShardSettingsCache(createShardSettingsReader(client, config), now),
    meter: readPacer,
  }),
  ledger: {
    ...meterLedgerReads(ledger, readPacer),
    ...paceWrites(ledger, createPacer({ unitsPerSecond: writeUnitsPerSecond, ...clock })),
  },
  runs: createReconcileRunStore(client, { table: config, ledgerTable, now }),
  parseEvent: parseEventOfAnyRelease,
  now,
  waitAfterConflict: () => delay(Math.random() * maxConflictPauseMs),
});
