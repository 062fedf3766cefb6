import { randomBytes } from "node:crypto";
import { tokenBytes } from "../../shared/access/token.ts";
import { admin } from "../../shared/lambda/admin.ts";
import { env } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { adminStore } from "../../shared/store/admin.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { documentClient } from "../../shared/store/document-client.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { tokenEndpoints } from "../../shared/webhooks/token-endpoints.ts";

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
