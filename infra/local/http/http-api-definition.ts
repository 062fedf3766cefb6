import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import type { ThrottleSettings } from "./throttle.ts";

const apiSchema = z.object({
  ProtocolType: z.literal("HTTP"),
  CorsConfiguration: z.never({ error: "is not hosted: the functions respond to CORS" }).optional(),
});
const routeSchema = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.literal("NONE").optional(),
});
const integrationSchema = z.object({
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal("2.0"),
});
const stageSchema = z.object({
  StageName: z.literal("$default"),
  AutoDeploy: z.literal(true),
  DefaultRouteSettings: z
    .object({ ThrottlingBurstLimit: z.coerce.number().optional(), ThrottlingRateLimit: z.coerce.number().optional() })
    .default({}),
  AccessLogSettings: z.object({ DestinationArn: z.string(), Format: z.string() }).optional(),
});

/** An HTTP API as the template defines it. */
export type HttpApiDefinition = {
  /** ARN of the function behind each route, by route key. */
  readonly routes: ReadonlyMap<string, string>;
  readonly limit: ThrottleSettings | undefined;
  readonly accessLog: { readonly group: string; readonly format: string } | undefined;
};

/** Reads the template's HTTP API; undefined when it has none. */
export function parseHttpApi(resources: TemplateResources): HttpApiDefinition | undefined {
  const [api, second] = resources.ofType("AWS::ApiGatewayV2::Api");
  if (api === undefined) return undefined;
  if (second !== undefined) throw new Error(`The local runtime serves one HTTP API: ${api.id} or ${second.id}?`);
  parseProperties(apiSchema, api);

  const integrations = new Map(
    resources.ofType("AWS::ApiGatewayV2::Integration").map((integration) => {
      const { IntegrationUri } = parseProperties(integrationSchema, integration);
      return [`integrations/${integration.ref}`, IntegrationUri];
    }),
  );
  const routes = resources.ofType("AWS::ApiGatewayV2::Route").map((route) => {
    const { RouteKey, Target } = parseProperties(routeSchema, route);
    const functionArn = integrations.get(Target);
    if (functionArn === undefined) throw new Error(`The route ${RouteKey} (${route.id}) has no integration.`);
    return [RouteKey, functionArn] as const;
  });
  const [stage] = resources.ofType("AWS::ApiGatewayV2::Stage");
  if (stage === undefined) throw new Error(`${api.id} has no stage, so nothing would be served.`);
  const { DefaultRouteSettings, AccessLogSettings } = parseProperties(stageSchema, stage);
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = DefaultRouteSettings;
  return {
    routes: new Map(routes),
    limit: rate === undefined || burst === undefined ? undefined : { rate, burst },
    accessLog: AccessLogSettings && {
      group: AccessLogSettings.DestinationArn.replace(/^.*:log-group:/, "").replace(/:\*$/, ""),
      format: AccessLogSettings.Format,
    },
  };
}
