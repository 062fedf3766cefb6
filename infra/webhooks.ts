import { Fn, RemovalPolicy } from "aws-cdk-lib";
import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { variables } from "../shared/lambda/names.ts";
import type { Access } from "./access.ts";
import { Deliveries } from "./deliveries.ts";
import type { EventLog } from "./event-log.ts";
import type { Alarms } from "./parts/alarms.ts";
import { NodeFunction } from "./parts/function.ts";
import type { ReadApi } from "./read-api.ts";

export type WebhooksProps = {
  readonly alarms: Alarms;
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly readApi: ReadApi;
  readonly logRetention: RetentionDays;
  readonly concurrency: number;
};

/** Where subscribers say what they want to be told, and everything that tells them. */
export class Webhooks extends Construct {
  readonly deliveries: Deliveries;
  readonly api: NodeFunction;
  readonly #key: Key;
  readonly #apiHost: string;

  constructor(scope: Construct, id: string, { readApi, ...props }: WebhooksProps) {
    super(scope, id);
    const { eventLog, access, logRetention } = props;
    this.#apiHost = Fn.select(2, Fn.split("/", readApi.api.apiEndpoint));
    this.#key = new Key(this, "Secrets", {
      description: "Encrypts the signing secrets of webhook endpoints.",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    this.deliveries = new Deliveries(this, "Deliveries", props);
    this.allowSecrets(this.deliveries.sender, ["kms:Decrypt"]);

    this.api = new NodeFunction(this, "Api", {
      entry: "functions/webhooks/api.ts",
      description: "Serves the webhook endpoints of the FinzBooks dialect.",
      timeoutSeconds: 25,
      memory: 1024,
      logRetention,
    });
    access.allowAuthenticate(this.api);
    access.allowEndpoints(this.api, "change");
    eventLog.allowAppendInTransaction(this.api);
    eventLog.allowQuery(this.api);
    this.deliveries.allowManage(this.api);
    this.allowSecrets(this.api, ["kms:GenerateDataKey"]);
    readApi.route("Webhooks", HttpRouteKey.with("/api/public/v1/webhooks/{proxy+}", HttpMethod.ANY), this.api);
  }

  private allowSecrets(fn: LambdaFunction, actions: string[]): void {
    fn.addEnvironment(variables.secretsKey, this.#key.keyArn);
    fn.addEnvironment(variables.apiHosts, this.#apiHost);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.#key.keyArn] }));
  }
}
