import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createProofsHandler } from "#shared/api/proofs/handler.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { createKmsCheckpointKey } from "#shared/ledger/aws/kms-checkpoint-key.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createEventItemReader, createStoredEventFinder } from "#shared/ledger/dynamodb/event-item-reader.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const ledger = env(envVars.ledgerTable);
const events = env(envVars.eventsTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

/** Signs checkpoints, and makes proofs. */
export const handler = createHttpHandler({
  name: "proofs",
  handle: createProofsHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    proofs: {
      checkpoints: createCheckpointStore(client, config),
      ledger: createLedgerStore(client, ledger),
      tiles: createTileStore(client, ledger),
      rounds: createRoundStore(client, ledger),
      checkpointKey: createKmsCheckpointKey(env(envVars.signingKey)),
      getEventItem: createEventItemReader(client, events),
      findStoredEvent: createStoredEventFinder(client, events, documentTypes),
      visibleEntityTypes: documentTypes,
      logName: env(envVars.logName),
      reportFork(error) {
        emitMetrics({ [metricNames.forkRefused]: 1 }, now());
        log("error", "fork refused", errorFields(error));
      },
      now,
    },
    now,
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
});
