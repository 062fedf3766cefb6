import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { variables } from "#shared/platform/names.ts";
import type { Access } from "./auth.ts";
import type { Stage } from "./config.ts";
import { happensOnEnd } from "./constructs/conditions.ts";
import { NodeFunction, requestFunction } from "./constructs/function.ts";
import type { Operation } from "./constructs/observability.ts";
import { keptOnceUsed } from "./constructs/retained.ts";
import { functionThrottles } from "./constructs/throttling.ts";
import { Deliveries } from "./deliveries.ts";
import type { EventLog } from "./event-log.ts";
import type { ReadApi } from "./public-api.ts";

export type WebhooksProps = {
  readonly operation: Operation;
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly readApi: ReadApi;
  readonly sending: Pick<Stage, "deliveryConcurrency" | "slowDeliveryConcurrency" | "sendsPerOrg" | "sendsPerHost">;
};

/** Holds a statement to data keys that are bound to an organisation, and to nothing else. */
const onlyForOrganisations = {
  "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["org_id"] },
  Null: { "kms:EncryptionContext:org_id": "false" },
};

/** Where subscribers say what they want to be told, and everything that tells them. */
export class Webhooks extends Construct {
  readonly deliveries: Deliveries;
  readonly api: NodeFunction;
  readonly #key: Key;
  readonly #apiHosts: readonly string[];

  constructor(scope: Construct, id: string, { readApi, ...props }: WebhooksProps) {
    super(scope, id);
    const { eventLog, access, operation } = props;
    this.#apiHosts = readApi.hosts;
    this.#key = new Key(this, "Secrets", {
      description: "Encrypts the signing secrets of webhook endpoints.",
      enableKeyRotation: true,
      removalPolicy: keptOnceUsed,
    });

    this.deliveries = new Deliveries(this, "Deliveries", props);
    this.allowSecrets(this.deliveries.sender, ["kms:Decrypt"]);

    this.api = new NodeFunction(this, "Api", {
      entry: "functions/api/webhooks.ts",
      description: "Serves the webhook endpoints of the FinzBooks dialect.",
      timeoutSeconds: 25,
      memory: 1024,
      ...requestFunction(operation),
    });
    access.allowAuthenticate(this.api);
    access.allowShards(this.api);
    access.allowEndpoints(this.api, "change");
    eventLog.allowAppendInTransaction(this.api);
    eventLog.allowQuery(this.api);
    this.deliveries.allowManage(this.api);
    // Sealing under the organisation's existing data key takes decrypting that key.
    this.allowSecrets(this.api, ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"]);
    operation.alarms.add(this, "WebhooksThrottled", {
      severity: "page",
      means: "Lambda has no instance left for requests about webhooks, which are refused for it.",
      ...happensOnEnd(functionThrottles([this.api])),
    });
    readApi.route("Webhooks", HttpRouteKey.with("/api/public/v1/webhooks/{proxy+}", HttpMethod.ANY), this.api);
  }

  private allowSecrets(fn: LambdaFunction, actions: string[]): void {
    fn.addEnvironment(variables.secretsKey, this.#key.keyArn);
    fn.addEnvironment(variables.apiHosts, this.#apiHosts.join(" "));
    const conditions = onlyForOrganisations;
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.#key.keyArn], conditions }));
  }
}
