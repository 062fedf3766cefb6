import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { join, resolve } from "node:path";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";
import { createAwsCaller } from "./aws-json.ts";
import type { DynamoDbEmulator } from "./emulators/dynamodb.ts";
import { startEmulators } from "./emulators/emulators.ts";
import { createLatencyGauge } from "./emulators/latency.ts";
import { createQueues } from "./emulators/create-queues.ts";
import { createTable, partitionKeysOf } from "./emulators/create-table.ts";
import { openEventSourceMappings } from "./event-source-mappings/host.ts";
import { createWriteCounter } from "./event-source-mappings/write-counter.ts";
import type { FaultInjector } from "./fault-injection.ts";
import { createHttpApi } from "./http/http-api.ts";
import { parseHttpApi } from "./http/http-api-definition.ts";
import { createOriginHeaderAdder } from "./http/origin-headers.ts";
import { gatewayError } from "./http/gateway-response.ts";
import { createGatewayServer, type HandleGatewayRequest } from "./http/gateway-server.ts";
import { openKmsKeys } from "./kms/keys.ts";
import { type HostedFunction, hostFunctions } from "./lambda/host.ts";
import { closeServer, listenOnLoopback } from "./listen.ts";
import { createLogsOperations } from "./logs/log-groups.ts";
import { logFileName, openLogFiles } from "./logs/log-files.ts";
import { type ScheduleClock, systemClock } from "./schedules/clock.ts";
import { scheduledFunctionArns } from "./schedules/schedule-definition.ts";
import { openSchedules } from "./schedules/host.ts";
import { createAuthorizer } from "./iam/authorizer.ts";
import { identityPolicies, resourcePolicies } from "./iam/policies.ts";
import { createPrincipals } from "./iam/principals.ts";
import { createServiceListener } from "./service-proxy/service-listener.ts";
import { readAssembly } from "./template/assembly.ts";
import { createResources } from "./template/resources.ts";

type LocalRuntimeOptions = {
  /** Folder of the synthesized assembly, `cdk.out`. The engines start while it is still being made. */
  readonly assembly: string | Promise<string>;
  /** Port of the HTTP API; 0, the default, takes any free one. */
  readonly port?: number;
  /** Folder that keeps the data; in memory without one. */
  readonly data?: string;
  /** Folder of the log files, one per log group. */
  readonly logs: string;
  /** When schedules run; by the clock without it. */
  readonly clock?: ScheduleClock;
  /** Loads the functions before they are invoked, so that the first events do not wait for it. */
  readonly warm?: boolean;
  /** What goes wrong on purpose; nothing without it. */
  readonly faultInjector?: FaultInjector;
  /** The DynamoDB to use, which keeps no data; one of the stack's own without it. */
  readonly dynamodb?: DynamoDbEmulator;
};

export type LocalRuntime = {
  /** As `http://127.0.0.1:3000`. */
  readonly api: string;
  readonly endpoints: Readonly<Record<"dynamodb" | "kms" | "lambda" | "logs" | "sqs", string>>;
  /** Queue URLs, table names and function names by the names of the template's outputs. */
  readonly queues: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
  /** Files of the log groups that outputs name. */
  readonly logFiles: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Rules of the template that do not run here, each with its schedule. */
  readonly notRun: readonly string[];
  /** Resolves when an engine ends by itself: the stack is then of no more use. */
  readonly failed: Promise<Error>;
  /** Stops DynamoDB while others call it, and starts it again on the data folder, which there must be. */
  restartDynamoDb(): Promise<void>;
  stop(): Promise<void>;
};

/** What the stack may add to the memory of its process before event sources get no more environments. */
const memoryBytes = 600 * 1024 * 1024;

/** Events come in batches that overlap, so that a second environment is wanted right away; requests come one by one. */
const warmEnvironments = { ofSources: 2, ofOthers: 1 };

/** fauxqs knows this account only. The region is that of a stack which names none. */
const anywhere = { account: "000000000000", region: "us-east-1" };

/** Hosts a synthesized stack until `stop`. Throws, and leaves nothing running, when the template cannot be hosted. */
export async function startLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  const stops = new AsyncDisposableStack();
  try {
    return await start(options, stops);
  } catch (error) {
    await stops.disposeAsync();
    throw error;
  }
}

async function start(options: LocalRuntimeOptions, stops: AsyncDisposableStack): Promise<LocalRuntime> {
  const mostBytes = process.memoryUsage.rss() + memoryBytes;
  const logs = openLogFiles(options.logs);
  stops.defer(() => logs.close());
  const log = (text: string) => logs.write("runtime", `${new Date().toISOString()}\t${text}`);

  // Templates refer to the servers' addresses, so both listen before anything behind them exists.
  let respond: HandleGatewayRequest = async () => gatewayError(503, "Service Unavailable");
  let serve: RequestListener = (_, response) => response.writeHead(503).end();
  const apiServer = createGatewayServer((request) => respond(request));
  const keepAliveTimeout = 60_000; // longer than SDK clients keep an idle connection
  const serviceServer = createServer({ keepAliveTimeout }, (request, response) => serve(request, response));
  const api = await listenOnLoopback(apiServer, options.port ?? 0);
  stops.defer(() => closeServer(apiServer));
  const origin = await listenOnLoopback(serviceServer, 0);
  stops.defer(() => closeServer(serviceServer));

  const starting = startEmulators(
    { data: options.data, logFile: join(options.logs, "dynamodb-local.log"), dynamodb: options.dynamodb },
    stops,
  );
  // Whichever fails first is reported; an engine without an assembly is stopped.
  const [folder, engines] = await Promise.all([
    options.assembly,
    starting.catch((error) => unusable(options.data, error)),
  ]);
  const assembly = await readAssembly(resolve(folder));
  const awsEnvironment = { ...anywhere, ...(assembly.region !== undefined && { region: assembly.region }) };
  const services = { origin, region: awsEnvironment.region };
  const streamLabels = new Map<string, string>();
  const { stackName, template, assets } = assembly;
  const place = { ...awsEnvironment, stackName, api, services: services.origin, streamLabels };
  const resources = createResources(template, place);
  const toDynamoDb = createAwsCaller(engines.dynamodb.origin, engines.dynamodb.accessKey, awsEnvironment.region);
  const tableResources = resources.ofType("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table");
  for (const table of tableResources) {
    const label = await createTable(table, toDynamoDb).catch((error) => unusable(options.data, error));
    if (label !== undefined) streamLabels.set(table.ref, label);
  }
  const toSqs = createAwsCaller(engines.sqs.origin, engines.sqs.accessKey, awsEnvironment.region);
  await createQueues(resources.ofType("AWS::SQS::Queue"), toSqs);
  const { data, faultInjector } = options;
  const keys = await openKmsKeys({ resources, awsEnvironment, data, randomBytes }).catch((error) =>
    unusable(data, error),
  );

  const groups = resources.ofType("AWS::Logs::LogGroup");
  const authorize = createAuthorizer(resourcePolicies(resources, awsEnvironment), awsEnvironment.account);
  const principals = createPrincipals(identityPolicies(resources), awsEnvironment.account);
  const functions = hostFunctions({ resources, assets, principals, services, logs, faultInjector, log });
  const stopFunctions = async () => void (await Promise.all([...functions.values()].map((fn) => fn.stop())));
  stops.defer(stopFunctions);
  const definition = parseHttpApi(resources);
  const invoked = new Set([...(definition?.routes.values() ?? []), ...scheduledFunctionArns(resources)]);
  const warmed = options.warm ? warmFunctions(functions, invoked) : undefined;
  const latency = createLatencyGauge(() => performance.now());
  const writes = createWriteCounter();
  const gate = createServiceListener({
    ...engines,
    keys,
    logGroups: createLogsOperations(new Set(groups.map(({ ref }) => ref)), logs, () => new Date()),
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
    partitionKeys: partitionKeysOf(tableResources),
    origin: services.origin,
    principalOf: principals.byAccessKey,
    onDenied: log,
  });
  stops.defer(gate.close);
  serve = gate.listener;

  if (definition !== undefined) {
    const invokers = new Map([...functions.values()].map((fn) => [fn.definition.arn, fn.invoke]));
    const invokerByArn = (functionArn: string) => invokers.get(functionArn);
    const clock = { newRequestId: randomUUID, now: () => new Date() };
    const answer = createHttpApi({
      definition,
      invokerByArn,
      authorize,
      writeLog: logs.write,
      ...awsEnvironment,
      ...clock,
    });
    const throughEdge = createOriginHeaderAdder(resources);
    respond = (request) => answer(throughEdge(request));
  }

  const latencyMs = latency.recentMs;
  const hasMemory = () => process.memoryUsage.rss() < mostBytes;
  const sources = {
    resources,
    functions,
    principals,
    authorize,
    services,
    data,
    faultInjector,
    latencyMs,
    hasMemory,
    writes,
    log,
  };
  const poll = await openEventSourceMappings(sources);
  const { clock = systemClock } = options;
  const schedules = await openSchedules({ resources, functions, authorize, awsEnvironment, clock, newId: randomUUID });
  const polling = new AbortController();
  const polled = Promise.all([poll(polling.signal), schedules.run(polling.signal)]);
  stops.defer(async () => {
    polling.abort();
    // A poll in the middle of an invocation ends once its function is stopped.
    await stopFunctions();
    await polled;
  });

  await warmed;
  const outputs = resources.outputs();
  const { queues, tables, functions: functionNames, logs: logNames } = parseStackOutputs(outputs);
  const fileOf = (group: string) => resolve(options.logs, logFileName(group));
  return {
    api,
    endpoints: { dynamodb: origin, kms: origin, lambda: origin, logs: origin, sqs: origin },
    queues,
    tables,
    functions: functionNames,
    logFiles: Object.fromEntries(Object.entries(logNames).map(([name, group]) => [name, fileOf(group)])),
    outputs,
    notRun: schedules.notRun,
    failed: Promise.race([engines.dynamodb.failed, engines.sqs.failed]),
    restartDynamoDb: engines.dynamodb.restart,
    stop: () => stops.disposeAsync(),
  };
}

/** Loads environments of the functions that an event source, a route of the API or a schedule invokes. */
async function warmFunctions(
  functions: ReadonlyMap<string, HostedFunction>,
  invoked: ReadonlySet<string>,
): Promise<void> {
  const { ofSources, ofOthers } = warmEnvironments;
  const wanted = (fn: HostedFunction) => {
    if (fn.hasEventSources) return ofSources;
    return invoked.has(fn.definition.arn) ? ofOthers : 0;
  };
  await Promise.all([...functions.values()].map((fn) => fn.warm(wanted(fn))));
}

function unusable(data: string | undefined, error: unknown): never {
  if (data === undefined || !(error instanceof Error)) throw error;
  throw new Error(`The data in ${data} cannot be used (${error.message}): choose another folder with --data`);
}
