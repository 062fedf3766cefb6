import { Fn, Stack, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import type { Stage } from "#infra/config.ts";
import { NodeFunction, requestFunctionProps } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { retainExceptOnCreate, uniqueName } from "#infra/constructs/retention.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { consolePath } from "#shared/platform/console-path.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { ApiDomain } from "./api-domain.ts";
import { addApiMonitoring } from "./api-monitoring.ts";
import { Edge } from "./edge.ts";

export type PublicApiProps = {
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly observability: Observability;
  readonly stage: Stage;
};

/**
 * The throttle of a stage with an edge, which limits each caller itself. Half of the default quota of an account and region
 * (see "Amazon API Gateway quotas"): a flood that bypasses CloudFront leaves the other half to other APIs.
 */
export const edgeThrottle = { ratePerSecond: 5_000, burst: 2_500 } as const;

/**
 * One line of the access log. Without query and headers, which may contain personal data: clients of the Fakturoid
 * dialect put an e-mail address into their user agent.
 */
const accessLogLine = {
  time: "$context.requestTime",
  request_id: "$context.requestId",
  ip: "$context.identity.sourceIp",
  route: "$context.routeKey",
  status: "$context.status",
  bytes: "$context.responseLength",
  latency_ms: "$context.responseLatency",
  integration_error: "$context.integrationErrorMessage",
};

/**
 * Creates the log group of the access log. Groups with this prefix need no entry in the account's resource policy, whose
 * size is limited: see "Enabling logging from AWS services" in the CloudWatch Logs user guide.
 */
function createAccessLog(scope: Construct, { logRetention }: Observability): LogGroup {
  return new LogGroup(scope, "AccessLog", {
    logGroupName: uniqueName("/aws/vendedlogs/apis/activity-log"),
    retention: logRetention,
    removalPolicy: retainExceptOnCreate,
  });
}

/** The public HTTP API: one function for each dialect, and one for the OpenAPI description and the JSON Schemas. */
export class PublicApi extends Construct {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  /** All hosts that lead to the API, including the default endpoint that a domain disables. */
  readonly hosts: readonly string[];
  readonly api: HttpApi;
  readonly finzbooks: NodeFunction;
  readonly simplybooks: NodeFunction;
  readonly fakturoid: NodeFunction;
  readonly #edge: Edge | null;
  readonly #documents: NodeFunction;
  readonly #functions = new Set<NodeFunction>();
  readonly #corsOrigins: readonly string[];

  constructor(scope: Construct, id: string, { eventLog, auth, observability, stage }: PublicApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      // Without CORS: the gateway would replace the headers of the functions, which know the origins of a viewer token. See
      // "Configure CORS for HTTP APIs" in the API Gateway developer guide.
      description: "The activity log.",
      createDefaultStage: false,
      // CloudFront sends requests to the default endpoint.
      disableExecuteApiEndpoint: stage.domain !== null && stage.edge === null,
    });
    const { domain } = stage;
    this.#corsOrigins = stage.corsOrigins;
    this.#edge = stage.edge === null ? null : new Edge(this, "Edge", { api: this.api, domain, settings: stage.edge });
    if (domain === null) {
      this.url = this.api.apiEndpoint;
      this.hosts = [Fn.select(2, Fn.split("/", this.url))];
    } else {
      const { region, urlSuffix } = Stack.of(this);
      this.url = `https://${domain.name}`;
      const behind = this.#edge === null ? [] : [this.#edge.distribution.distributionDomainName];
      this.hosts = [domain.name, `${this.api.apiId}.execute-api.${region}.${urlSuffix}`, ...behind];
    }
    this.#addStage(stage, observability);

    const requests = requestFunctionProps(observability);
    // FinzBooks, the primary dialect, has the default route: an unknown path gets an error body that clients can parse.
    this.finzbooks = this.#dialect("Finzbooks", requests);
    this.addRoute("Default", HttpRouteKey.DEFAULT, this.finzbooks);
    this.simplybooks = this.#dialect("Simplybooks", requests);
    this.addRoute("Simplybooks", HttpRouteKey.with("/api/v1/{proxy+}", HttpMethod.ANY), this.simplybooks);
    this.fakturoid = this.#dialect("Fakturoid", requests);
    this.addRoute("Fakturoid", HttpRouteKey.with("/api/v3/{proxy+}", HttpMethod.ANY), this.fakturoid);
    for (const fn of [this.finzbooks, this.simplybooks, this.fakturoid]) {
      eventLog.grantQuery(fn);
      auth.grantAuthenticate(fn);
      auth.grantListShardedOrgs(fn);
    }
    auth.grantVerifyViewerTokens(this.finzbooks);
    for (const fn of [this.simplybooks, this.fakturoid]) auth.grantOffsetPagination(fn);

    this.#documents = new NodeFunction(this, "OpenApi", {
      entry: "functions/api/openapi.ts",
      description: "Serves the page of the API, its OpenAPI description and its JSON Schemas.",
      timeoutSeconds: 10,
      ...requests,
    });

    addApiMonitoring(this, observability, this.api, [
      this.finzbooks,
      this.simplybooks,
      this.fakturoid,
      this.#documents,
      auth.oauth,
      auth.viewerTokens,
      auth.tokens,
    ]);
    this.addRoute("ViewerTokens", HttpRouteKey.with("/api/public/v1/viewer-tokens", HttpMethod.ANY), auth.viewerTokens);
    this.addRoute("Tokens", HttpRouteKey.with("/api/public/v1/tokens", HttpMethod.ANY), auth.tokens);
    this.addRoute("Token", HttpRouteKey.with("/api/public/v1/tokens/{proxy+}", HttpMethod.ANY), auth.tokens);
    this.addRoute("Oauth", HttpRouteKey.with("/api/v3/oauth/{proxy+}", HttpMethod.ANY), auth.oauth);
    this.addRoute("Home", HttpRouteKey.with("/", HttpMethod.ANY), this.#documents);
    this.addRoute("OpenApi", HttpRouteKey.with("/openapi.json", HttpMethod.ANY), this.#documents);
    this.addRoute("Schemas", HttpRouteKey.with("/schemas/{proxy+}", HttpMethod.ANY), this.#documents);
  }

  #addStage({ domain, throttle }: Stage, observability: Observability): void {
    const { ratePerSecond, burst } = this.#edge === null ? throttle : edgeThrottle;
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      ...(domain !== null && this.#edge === null && { domainMapping: new ApiDomain(this, "Domain", domain) }),
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(createAccessLog(this, observability)),
        format: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
      },
    });
  }

  #dialect(name: "Finzbooks" | "Simplybooks" | "Fakturoid", requests: ReturnType<typeof requestFunctionProps>) {
    return new NodeFunction(this, name, {
      entry: `functions/api/${name.toLowerCase()}.ts`,
      description: `Serves the ${name} dialect.`,
      timeoutSeconds: 15,
      memory: 1024,
      ...requests,
    });
  }

  /** Adds a route that a function serves. */
  addRoute(id: string, routeKey: HttpRouteKey, fn: NodeFunction): void {
    this.#edge?.protect(fn);
    this.#functions.add(fn);
    allowOrigins(fn, this.#corsOrigins);
    const integration = new HttpLambdaIntegration(`${id}Integration`, fn);
    const route = new HttpRoute(this, `${id}Route`, { httpApi: this.api, routeKey, integration });
    const reason =
      "The function authenticates: an authorizer of an HTTP API cannot return the error body of a dialect.";
    Validations.of(route).acknowledge({ id: "AwsSolutions::AwsSolutions-APIG4", reason });
  }

  /** Lets the pages of the console call the routes added so far, and leads browsers from the address of the API to them. */
  addConsole(origin: string): void {
    this.#documents.addEnvironment(envVars.consoleUrl, `${origin}${consolePath}`);
    if (this.#corsOrigins.includes("*")) return;
    for (const fn of this.#functions) allowOrigins(fn, [...this.#corsOrigins, origin]);
  }
}

function allowOrigins(fn: NodeFunction, origins: readonly string[]): void {
  if (origins.length > 0) fn.addEnvironment(envVars.corsOrigins, origins.join(" "));
}
