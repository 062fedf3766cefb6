import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { PublicApi } from "#infra/api/public-api.ts";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import { managementFunctionProps, NodeFunction } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { checkpointSigners } from "#infra/constructs/role-paths.ts";
import { functionThrottles } from "#infra/constructs/throttling.ts";
import { ownMetric } from "#infra/constructs/widgets.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Ledger } from "./ledger.ts";
import type { SigningKey } from "./signing-key-settings.ts";
import { SigningKeys } from "./signing-keys.ts";

export type ProofsProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly ledger: Ledger;
  readonly auth: Auth;
  readonly publicApi: PublicApi;
  readonly logName: string;
  readonly keys: readonly SigningKey[];
};

/** The paths below `/api/public/v1/activity` that the function serves. */
const routes = {
  Checkpoint: "checkpoint",
  Proof: "changes/{sequence}/proof",
  Anchor: "changes/{sequence}/anchor",
  FindProof: "proof",
  Consistency: "consistency",
  Tiles: "log/{proxy+}",
} as const;

/** The function that signs checkpoints and makes proofs, and their keys. */
export class Proofs extends Construct {
  readonly fn: NodeFunction;
  readonly signingKeys: SigningKeys;

  constructor(scope: Construct, id: string, props: ProofsProps) {
    super(scope, id);
    const { observability, eventLog, ledger, auth, publicApi, logName, keys } = props;
    this.signingKeys = new SigningKeys(this, "SigningKeys", { logName, keys, alarms: observability.alarms });
    // Not the function of the dialect: lists must not wait for the client of KMS at their cold starts.
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/api/proofs.ts",
      description: "Signs checkpoints of the logs, and returns proofs and tiles.",
      timeoutSeconds: 15,
      memory: 1024,
      rolePath: checkpointSigners,
      ...managementFunctionProps(observability),
    });
    auth.grantAuthenticate(this.fn);
    auth.grantCheckpoints(this.fn);
    ledger.grantQuery(this.fn);
    eventLog.grantGet(this.fn);
    eventLog.grantQueryTimelines(this.fn);
    this.signingKeys.grantSign(this.fn);
    for (const [name, path] of Object.entries(routes)) {
      publicApi.addRoute(name, HttpRouteKey.with(`/api/public/v1/activity/${path}`, HttpMethod.ANY), this.fn);
    }
    this.#addAlarms(observability);
  }

  #addAlarms({ alarms }: Observability): void {
    alarms.add(this, "ForkRefused", {
      severity: "page",
      description: "A log contradicts a checkpoint that was signed before, or itself. It was not signed.",
      ...whenNonZero(ownMetric(metricNames.forkRefused, "Sum")),
    });
    alarms.add(this, "ProofsThrottled", {
      severity: "notice",
      description: "Lambda throttles the function that makes proofs: requests are rejected.",
      ...whenNonZeroForThreePeriods(functionThrottles([this.fn])),
    });
  }
}
