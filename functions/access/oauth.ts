import { randomBytes } from "node:crypto";
import { SuspendedOrgs, withSuspensions } from "../../shared/access/suspended-orgs.ts";
import { answerOauth, renderOauthProblem } from "../../shared/dialects/fakturoid/oauth.ts";
import { env } from "../../shared/lambda/env.ts";
import { readFormOrJsonBody } from "../../shared/lambda/form-body.ts";
import { http } from "../../shared/lambda/http.ts";
import { variables } from "../../shared/lambda/names.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { clientTokens } from "../../shared/store/client-tokens.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";

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
