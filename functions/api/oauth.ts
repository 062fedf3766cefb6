import { randomBytes } from "node:crypto";
import { readFormOrJsonBody } from "#shared/api/handlers/form-body.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import { answerOauth, renderOauthProblem } from "#shared/api/oauth/handler.ts";
import { clientTokens } from "#shared/auth/dynamodb/client-token-store.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { tokenUses } from "#shared/auth/dynamodb/token-use-store.ts";
import { SuspendedOrgs, withSuspensions } from "#shared/auth/orgs/suspended-orgs.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";

const client = dynamoClient();
const table = env(variables.configTable);
const now = () => new Date();
const suspended = new SuspendedOrgs(suspendedOrgsReader(client, table), now);

/** Issues and revokes the access tokens of the Fakturoid dialect. It reads no event. */
export const handler = http({
  name: "oauth",
  answer: answerOauth({
    tokens: withSuspensions(tokenUses(client, table), suspended),
    issued: clientTokens(client, table),
    now,
    random: randomBytes,
  }),
  prefetch: () => suspended.prefetch(),
  renderProblem: renderOauthProblem,
  readBody: readFormOrJsonBody,
});
