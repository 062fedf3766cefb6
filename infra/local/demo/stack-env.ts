import type { LocalRuntime } from "#infra/local/runtime.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import type { DemoCredentials } from "./banner.ts";

/** The local stack accepts any region. */
const region = "us-east-1";

/**
 * Returns the variables with which services and partner apps connect to the local stack, as a file for
 * `node --env-file`. The SDKs of AWS read those that begin with `AWS_`; the local stack accepts any credentials.
 */
export function renderStackEnv(
  { api, endpoints, queues, tables }: Pick<LocalRuntime, "api" | "endpoints" | "queues" | "tables">,
  demo: Pick<DemoCredentials, "org_id" | "token"> | undefined,
): string {
  const variables = {
    AWS_ENDPOINT_URL: endpoints.dynamodb,
    AWS_REGION: region,
    // The name that boto3 and older tools read instead.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    [envVars.eventsTable]: tables.events,
    [envVars.ingestQueue]: queues.ingest,
    ACTIVITY_API: api,
    ...(demo && { ACTIVITY_ORG: demo.org_id, ACTIVITY_TOKEN: demo.token }),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
