import { Duration } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Access } from "./access.ts";
import type { Stage } from "./config.ts";
import type { EventLog } from "./event-log.ts";
import { NodeFunction } from "./parts/function.ts";

export type ReadApiProps = {
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly logRetention: RetentionDays;
  readonly stage: Stage;
};

/**
 * One line of the access log. Neither the query nor any header but the user agent: both may hold what is not for
 * logs.
 */
const accessLogLine = {
  time: "$context.requestTime",
  request_id: "$context.requestId",
  ip: "$context.identity.sourceIp",
  user_agent: "$context.identity.userAgent",
  route: "$context.routeKey",
  status: "$context.status",
  bytes: "$context.responseLength",
  latency_ms: "$context.responseLatency",
  integration_error: "$context.integrationErrorMessage",
};

/** The public HTTP API: one function for each dialect, and one for the documents that describe them. */
export class ReadApi extends Construct {
  readonly api: HttpApi;
  readonly finzbooks: NodeFunction;
  readonly simplybooks: NodeFunction;
  readonly fakturoid: NodeFunction;

  constructor(scope: Construct, id: string, { eventLog, access, logRetention, stage }: ReadApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      description: "The activity log.",
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...stage.corsOrigins],
        maxAge: Duration.hours(1),
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.HEAD,
          CorsHttpMethod.POST,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: ["authorization", "content-type", "x-accountid", "x-aibooks-org", "x-api-key"],
        exposeHeaders: [
          "link",
          "retry-after",
          "x-ratelimit",
          "x-ratelimit-limit",
          "x-ratelimit-policy",
          "x-ratelimit-remaining",
          "x-ratelimit-reset",
          "x-request-id",
        ],
      },
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(new LogGroup(this, "AccessLog", { retention: logRetention })),
        format: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
      },
    });

    // What no route names is answered in the primary dialect, so that even a wrong path gets an error body a client
    // can read.
    const dialect = (name: string, id: string, routeKey: HttpRouteKey) => {
      const fn = new NodeFunction(this, name, {
        entry: `functions/read/${name.toLowerCase()}.ts`,
        description: `Serves the ${name} dialect.`,
        timeoutSeconds: 15,
        memory: 1024,
        logRetention,
      });
      eventLog.allowQuery(fn);
      access.allowAuthenticate(fn);
      this.route(id, routeKey, fn);
      return fn;
    };
    this.finzbooks = dialect("Finzbooks", "Default", HttpRouteKey.DEFAULT);
    this.simplybooks = dialect("Simplybooks", "Simplybooks", HttpRouteKey.with("/api/v1/{proxy+}", HttpMethod.ANY));
    this.fakturoid = dialect("Fakturoid", "Fakturoid", HttpRouteKey.with("/api/v3/{proxy+}", HttpMethod.ANY));
    for (const fn of [this.simplybooks, this.fakturoid]) access.allowListing(fn);

    const documents = new NodeFunction(this, "Documents", {
      entry: "functions/read/documents.ts",
      description: "Serves the OpenAPI document and the JSON Schema of events.",
      timeoutSeconds: 10,
      logRetention,
    });

    this.route("Oauth", HttpRouteKey.with("/api/v3/oauth/{proxy+}", HttpMethod.ANY), access.oauth);
    this.route("OpenApi", HttpRouteKey.with("/openapi.json", HttpMethod.ANY), documents);
    this.route("Schemas", HttpRouteKey.with("/schemas/{proxy+}", HttpMethod.ANY), documents);
  }

  /** Has a function answer a route. */
  route(id: string, routeKey: HttpRouteKey, fn: NodeFunction): void {
    const integration = new HttpLambdaIntegration(`${id}Integration`, fn);
    new HttpRoute(this, `${id}Route`, { httpApi: this.api, routeKey, integration });
  }
}
