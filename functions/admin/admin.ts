import { randomBytes } from "node:crypto";
import { createAdminHandler } from "#shared/auth/aws/admin-handler.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { tokenBytes } from "#shared/auth/token-format.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { tokenEndpoints } from "#shared/webhooks/endpoints/token-endpoints.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const now = () => new Date();
const store = createAdminStore(client, config);
const endpoints = tokenEndpoints({
  endpoints: endpointStore(client, { config, events: env(envVars.eventsTable) }, now),
  now,
});

/** Creates organisations; issues, lists and revokes tokens. It has no HTTP route: IAM decides who may invoke it. */
export const handler = createAdminHandler(() => ({ store, endpoints, now: now(), random: randomBytes(tokenBytes) }));
