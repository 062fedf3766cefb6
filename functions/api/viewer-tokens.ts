import { randomBytes } from "node:crypto";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { parseJsonBody } from "#shared/api/handlers/json-body.ts";
import { createViewerTokensHandler } from "#shared/api/viewer-tokens/handler.ts";
import { createViewerKeyEncryption } from "#shared/auth/aws/viewer-key-encryption.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { createViewerKeyReader } from "#shared/auth/dynamodb/viewer-key-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import { createViewerTokenSigner } from "#shared/auth/viewer-tokens/viewer-token-signer.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);
const keys = new ViewerKeyCache(createViewerKeyReader(client, config), now);
const { decrypt } = createViewerKeyEncryption(env(envVars.viewerKeysKey));

/** Issues viewer tokens. The only function that can sign them; it cannot read events. */
export const handler = createHttpHandler({
  name: "viewer-tokens",
  handle: createViewerTokensHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    signViewerToken: createViewerTokenSigner({ keys, decrypt, now }),
    now,
    random: randomBytes,
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
  parseBody: parseJsonBody,
});
