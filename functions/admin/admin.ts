import { randomBytes } from "node:crypto";
import { createAdminHandler } from "#shared/auth/aws/admin-handler.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { createViewerKeyStore } from "#shared/auth/dynamodb/viewer-key-store.ts";
import { tokenBytes } from "#shared/auth/token-format.ts";
import type { ViewerKeyManagementPorts } from "#shared/auth/viewer-tokens/manage-viewer-keys.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { tokenEndpoints } from "#shared/webhooks/endpoints/token-endpoints.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const now = () => new Date();
const store = createAdminStore(client, config);
const viewerKeys: ViewerKeyManagementPorts = {
  ...createViewerKeyStore(client, config),
  async encrypt(privateKey, keyId) {
    // Imported on first use: other requests do not need KMS.
    const { createViewerKeyEncryption } = await import("#shared/auth/aws/viewer-key-encryption.ts");
    return createViewerKeyEncryption(env(envVars.viewerKeysKey)).encrypt(privateKey, keyId);
  },
};
const endpoints = tokenEndpoints({
  endpoints: endpointStore(client, { config, events: env(envVars.eventsTable) }, now),
  now,
});

/** Creates organisations; issues, lists and revokes tokens; rotates the keys of viewer tokens. It has no HTTP route: IAM decides who may invoke it. */
export const handler = createAdminHandler(() => ({
  store,
  endpoints,
  viewerKeys,
  now: now(),
  random: randomBytes(tokenBytes),
}));
