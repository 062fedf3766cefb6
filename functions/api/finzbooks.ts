import { renderError } from "#shared/api/finzbooks/errors.ts";
import { acceptsViewerTokens, createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { createViewerKeyReader } from "#shared/auth/dynamodb/viewer-key-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import { createViewerTokenVerifier } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const now = () => new Date();
const shards = new ShardSettingsCache(createShardSettingsReader(client, config), now);
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

/** Serves the FinzBooks dialect. Writes only the usage of tokens. */
export const handler = createHttpHandler({
  name: "finzbooks",
  handle: createFinzbooksHandler({
    events: createEventStore(client, env(envVars.eventsTable), { shards, now, reportDamage: reportDamagedItems }),
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    findSequences: async (...search) => {
      // Few requests ask for sequences: others do not load what reads the ledger.
      const { createSequenceFinder } = await import("#shared/ledger/dynamodb/sequence-finder.ts");
      return createSequenceFinder(client, env(envVars.ledgerTable))(...search);
    },
    verifyViewerToken: createViewerTokenVerifier(new ViewerKeyCache(createViewerKeyReader(client, config), now)),
    now,
  }),
  prefetch: () => {
    shards.prefetch();
    suspended.prefetch();
  },
  renderError,
  acceptsViewerTokens,
});
