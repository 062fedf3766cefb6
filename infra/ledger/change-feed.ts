import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { PublicApi } from "#infra/api/public-api.ts";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction, requestFunctionProps } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { functionThrottles } from "#infra/constructs/throttling.ts";
import { ownMetric } from "#infra/constructs/widgets.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Ledger } from "./ledger.ts";

export type ChangeFeedProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly ledger: Ledger;
  readonly auth: Auth;
  readonly publicApi: PublicApi;
};

const routes = { Changes: "changes", Export: "export" } as const;

/** The instances of the function that requests may hold while they wait. Most are left for those that do not wait. */
const waitingShare = 0.4;

/** The concurrent executions of a new account, which all functions share if none are reserved. */
const smallestQuota = 10;

/** The function that serves the change feed. Its requests may wait, and must not take the instances of lists. */
export class ChangeFeed extends Construct {
  constructor(scope: Construct, id: string, { observability, eventLog, ledger, auth, publicApi }: ChangeFeedProps) {
    super(scope, id);
    const fn = new NodeFunction(this, "Function", {
      entry: "functions/api/changes.ts",
      description: "Serves the change feed and exports.",
      // The longest wait, and the longest read after it. API Gateway ends a request after 30 seconds.
      timeoutSeconds: 28,
      ...requestFunctionProps(observability),
    });
    const instances = observability.reserved?.api ?? smallestQuota;
    fn.addEnvironment(envVars.changeWaits, String(Math.floor(instances * waitingShare)));
    auth.grantAuthenticate(fn);
    auth.grantWaitLeases(fn);
    ledger.grantQuery(fn);
    eventLog.grantBatchGet(fn);
    for (const [name, path] of Object.entries(routes)) {
      publicApi.addRoute(name, HttpRouteKey.with(`/api/public/v1/activity/${path}`, HttpMethod.ANY), fn);
    }
    observability.alarms.add(this, "ChangesMissing", {
      severity: "page",
      description: "The change feed names events of the last 24 hours that the events table does not have any more.",
      ...whenNonZero(ownMetric(metricNames.changesMissing, "Sum")),
    });
    observability.alarms.add(this, "ChangesThrottled", {
      severity: "page",
      description: "Lambda throttles the change feed: requests are rejected.",
      ...whenNonZeroForThreePeriods(functionThrottles([fn])),
    });
  }
}
