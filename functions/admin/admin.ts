import { randomBytes } from "node:crypto";
import { admin } from "#shared/auth/aws/admin-handler.ts";
import { adminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { tokenBytes } from "#shared/auth/token.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { documentClient } from "#shared/platform/dynamodb/document-client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { tokenEndpoints } from "#shared/webhooks/endpoints/token-endpoints.ts";

const client = dynamoClient();
const config = env(variables.configTable);
const now = () => new Date();
const store = adminStore(documentClient(client), config);
const endpoints = tokenEndpoints({
  endpoints: endpointStore(client, { config, events: env(variables.eventsTable) }, now),
  now,
});

/** Creates organisations; issues, lists and revokes tokens. It has no route: IAM decides who may invoke it. */
export const handler = admin(() => ({ store, endpoints, now: now(), random: randomBytes(tokenBytes) }));
