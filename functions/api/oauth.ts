import { randomBytes } from "node:crypto";
import { parseFormOrJsonBody } from "#shared/api/handlers/form-body.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { createOauthHandler } from "#shared/api/oauth/handler.ts";
import { createAccessGrantStore } from "#shared/auth/dynamodb/access-grant-store.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const client = createDynamoClient();
const table = env(envVars.configTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, table), now);

/** Issues and revokes the access tokens of the Fakturoid dialect. Cannot read events. */
export const handler = createHttpHandler({
  name: "oauth",
  handle: createOauthHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, table), suspended),
    issued: createAccessGrantStore(client, table),
    now,
    random: randomBytes,
  }),
  prefetch: () => suspended.prefetch(),
  renderError: renderOauthError,
  parseBody: parseFormOrJsonBody,
});
