import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createProofsHandler } from "#shared/api/proofs/handler.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { documentTypes as visibleEntityTypes } from "#shared/events/entity-types.ts";
import { createCheckpointKeys } from "#shared/ledger/aws/checkpoint-keys.ts";
import type { ForkError } from "#shared/ledger/checkpoints/fork-error.ts";
import { RecentSizes } from "#shared/ledger/checkpoints/recent-sizes.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createEventItemReader, createStoredEventFinder } from "#shared/ledger/dynamodb/event-item-reader.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { meterProofReads } from "#shared/ledger/proofs/meter-proof-reads.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const ledgerTable = env(envVars.ledgerTable);
const events = env(envVars.eventsTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

const reads = {
  ledger: createLedgerStore(client, ledgerTable),
  tiles: createTileStore(client, ledgerTable),
  rounds: createRoundStore(client, ledgerTable),
};
const checkpointKeys = createCheckpointKeys(env(envVars.signingKeys));
const logName = env(envVars.logName);
const checkpoints = createCheckpointStore(client, config);
const recentSizes = new RecentSizes();

function reportFork(error: ForkError): void {
  emitMetrics({ [metricNames.forkRefused]: 1 }, now());
  log("error", "fork refused", errorFields(error));
}

/** Signs checkpoints, and makes proofs. */
export const handler = createHttpHandler({
  name: "proofs",
  handle: createProofsHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    createProofPorts: (meter) => ({
      ...meterProofReads(reads, meter),
      checkpoints,
      recentSizes,
      checkpointKeys,
      logName,
      getEventItem: createEventItemReader(client, events, meter),
      findStoredEvent: createStoredEventFinder(client, events, { visibleEntityTypes, meter }),
      visibleEntityTypes,
      reportFork,
      now,
    }),
    now,
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
});
