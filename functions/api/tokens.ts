import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createTokensHandler } from "#shared/api/tokens/handler.ts";
import { createOrgTokenStore } from "#shared/auth/dynamodb/org-token-store.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

/** Lists and revokes the tokens of organisations. Cannot read events, nor create or restore a token. */
export const handler = createHttpHandler({
  name: "tokens",
  handle: createTokensHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    orgTokens: createOrgTokenStore(client, config),
    now,
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
});
