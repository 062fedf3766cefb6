import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { PublicApi } from "#infra/api/public-api.ts";
import type { Auth } from "#infra/auth.ts";
import { whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction, requestFunctionProps } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { retainExceptOnCreate } from "#infra/constructs/retention.ts";
import { functionThrottles } from "#infra/constructs/throttling.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import type { Ledger } from "#infra/ledger/ledger.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { Deliveries } from "./deliveries.ts";
import { DeliveryScheduler } from "./delivery-scheduler.ts";
import { FanOut } from "./fan-out.ts";
import { Replays } from "./replays.ts";
import { Sender, type SenderProps } from "./sender.ts";
import { addWebhooksRow } from "./webhooks-dashboard.ts";

export type WebhooksProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly ledger: Ledger;
  readonly auth: Auth;
  readonly publicApi: PublicApi;
  readonly limits: SenderProps["limits"];
};

/** Restricts a statement to data keys whose encryption context is an organisation and nothing else. */
const onlyForOrganisations = {
  "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["org_id"] },
  Null: { "kms:EncryptionContext:org_id": "false" },
};

/** Webhooks: the API that manages endpoints, and the pipeline from an event to its requests. */
export class Webhooks extends Construct {
  readonly deliveries: Deliveries;
  readonly fanOut: FanOut;
  readonly sender: Sender;
  readonly scheduler: DeliveryScheduler;
  readonly replays: Replays;
  readonly api: NodeFunction;
  readonly #key: Key;
  readonly #apiHosts: readonly string[];

  constructor(scope: Construct, id: string, props: WebhooksProps) {
    super(scope, id);
    const { eventLog, ledger, auth, observability, publicApi, limits } = props;
    this.#apiHosts = publicApi.hosts;
    this.#key = new Key(this, "Secrets", {
      description: "Encrypts the signing secrets of webhook endpoints.",
      enableKeyRotation: true,
      removalPolicy: retainExceptOnCreate,
    });

    this.deliveries = new Deliveries(this, "Deliveries", { alarms: observability.alarms });
    const pipeline = { observability, eventLog, auth, deliveries: this.deliveries };
    this.fanOut = new FanOut(this, "FanOut", { ...pipeline, ledger });
    this.sender = new Sender(this, "Sender", { ...pipeline, limits });
    this.grantSecrets(this.sender.fn, ["kms:Decrypt"]);
    this.scheduler = new DeliveryScheduler(this, "DeliveryScheduler", pipeline);
    this.replays = new Replays(this, "Replays", pipeline);
    addWebhooksRow(observability.dashboard, this.deliveries, this.fanOut);

    this.api = this.addApi(props);
    publicApi.addRoute("Webhooks", HttpRouteKey.with("/api/public/v1/webhooks/{proxy+}", HttpMethod.ANY), this.api);
  }

  private addApi({ eventLog, auth, observability }: WebhooksProps): NodeFunction {
    const fn = new NodeFunction(this, "Api", {
      entry: "functions/api/webhooks.ts",
      description: "Serves the webhook endpoints of the FinzBooks dialect.",
      timeoutSeconds: 25,
      memory: 1024,
      ...requestFunctionProps(observability),
    });
    auth.grantAuthenticate(fn);
    auth.grantVerifyViewerTokens(fn);
    auth.grantListShardedOrgs(fn);
    auth.grantEndpoints(fn, "change");
    eventLog.grantAppendInTransaction(fn);
    eventLog.grantQuery(fn);
    eventLog.grantGet(fn);
    this.deliveries.grantManage(fn);
    // Encrypting with the organisation's existing data key requires decrypting that key.
    this.grantSecrets(fn, ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"]);
    observability.alarms.add(this, "WebhooksThrottled", {
      severity: "page",
      description: "Lambda throttles the webhooks API: requests are rejected.",
      ...whenNonZeroForThreePeriods(functionThrottles([fn])),
    });
    return fn;
  }

  private grantSecrets(fn: LambdaFunction, actions: string[]): void {
    fn.addEnvironment(envVars.secretsKey, this.#key.keyArn);
    fn.addEnvironment(envVars.apiHosts, this.#apiHosts.join(" "));
    const conditions = onlyForOrganisations;
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.#key.keyArn], conditions }));
  }
}
