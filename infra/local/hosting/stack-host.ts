import { randomBytes, randomUUID } from "node:crypto";
import { type BucketFiles, createBucketSite } from "#infra/local/distribution/bucket-site.ts";
import { parseDistribution } from "#infra/local/distribution/distribution-definition.ts";
import { partitionKeysOf } from "#infra/local/emulators/create-table.ts";
import type { Emulators } from "#infra/local/emulators/emulators.ts";
import { createLatencyGauge } from "#infra/local/emulators/latency.ts";
import { createWriteCounter } from "#infra/local/event-source-mappings/table-write-counter.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { createHttpApi } from "#infra/local/http/http-api.ts";
import { type HttpApiDefinition, parseHttpApi } from "#infra/local/http/http-api-definition.ts";
import { createOriginHeaderAdder } from "#infra/local/http/origin-headers.ts";
import { type Authorize, createAuthorizer } from "#infra/local/iam/authorizer.ts";
import { identityPolicies, resourcePolicies } from "#infra/local/iam/policies.ts";
import { createPrincipals } from "#infra/local/iam/principals.ts";
import { type HostedFunction, hostFunctions } from "#infra/local/lambda/host.ts";
import type { LogFiles } from "#infra/local/logs/log-files.ts";
import { createLogsOperations } from "#infra/local/logs/log-groups.ts";
import { scheduledFunctionArns } from "#infra/local/schedules/schedule-definition.ts";
import { createServiceListener } from "#infra/local/service-proxy/service-listener.ts";
import type { Servers } from "./servers.ts";
import type { StackResources } from "./stack-resources.ts";

type Options = {
  readonly stack: StackResources;
  readonly servers: Servers;
  readonly emulators: Emulators;
  readonly logs: LogFiles;
  readonly faultInjector: FaultInjector | undefined;
  /** Environment variables that every function gets besides those of the template and of Lambda. */
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly bucketFiles: BucketFiles | undefined;
};

/** Hosts the functions, the AWS services and the HTTP API of a stack on its servers. */
export function hostStack({ stack, servers, emulators, logs, faultInjector, bucketFiles, variables = {} }: Options) {
  const { resources, assets, awsEnvironment } = stack;
  const log = (text: string) => logs.write("runtime", `${new Date().toISOString()}\t${text}`);
  const authorize = createAuthorizer(resourcePolicies(resources, awsEnvironment), awsEnvironment.account);
  const principals = createPrincipals(identityPolicies(resources), awsEnvironment.account);
  const services = { origin: servers.services, region: awsEnvironment.region };
  const functions = hostFunctions({ resources, assets, principals, services, variables, logs, faultInjector, log });
  const latency = createLatencyGauge(() => performance.now());
  const writes = createWriteCounter();
  const proxy = createServiceListener({
    ...emulators,
    keys: stack.keys,
    logGroups: createLogsOperations(
      new Set(resources.ofType("AWS::Logs::LogGroup").map(({ ref }) => ref)),
      logs,
      () => new Date(),
    ),
    randomBytes,
    functions,
    authorize,
    faultInjector,
    awsEnvironment,
    beginTableOperation(operation) {
      const end = latency.begin();
      return () => {
        end();
        writes.record(operation);
      };
    },
    partitionKeys: partitionKeysOf(stack.tables),
    origin: services.origin,
    principalOf: principals.byAccessKey,
    onDenied: log,
  });
  servers.handleServices(proxy.listener);

  const definition = parseHttpApi(resources);
  if (definition !== undefined) hostApi(definition, { stack, servers, logs, bucketFiles, functions, authorize });
  /** Functions that a route of the API or a schedule invokes. */
  const invokedArns = new Set([...(definition?.routes.values() ?? []), ...scheduledFunctionArns(resources)]);
  return {
    resources,
    awsEnvironment,
    services,
    functions,
    principals,
    authorize,
    latencyMs: latency.recentMs,
    writes,
    log,
    invokedArns,
    closeProxy: proxy.close,
  };
}

type ApiOptions = Pick<Options, "stack" | "servers" | "logs" | "bucketFiles"> & {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly authorize: Authorize;
};

function hostApi(definition: HttpApiDefinition, options: ApiOptions): void {
  const { stack, servers, logs, bucketFiles, functions, authorize } = options;
  const invokers = new Map([...functions.values()].map((fn) => [fn.definition.arn, fn.invoke]));
  const handle = createHttpApi({
    definition,
    invokerByArn: (functionArn: string) => invokers.get(functionArn),
    authorize,
    writeLog: logs.write,
    ...stack.awsEnvironment,
    newRequestId: randomUUID,
    now: () => new Date(),
  });
  const addOriginHeaders = createOriginHeaderAdder(stack.resources);
  const behaviors = bucketFiles && parseDistribution(stack.resources);
  const serveFile = bucketFiles && behaviors && createBucketSite(behaviors, bucketFiles);
  servers.handleApi(async (request) => (await serveFile?.(request)) ?? handle(addOriginHeaders(request)));
}
