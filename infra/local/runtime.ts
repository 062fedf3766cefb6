import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { join, resolve } from "node:path";
import { createAwsCaller } from "./aws-json.ts";
import { createQueues } from "./emulators/create-queues.ts";
import { createTable, partitionKeysOf } from "./emulators/create-table.ts";
import type { DynamoDbEmulator } from "./emulators/dynamodb.ts";
import { startEmulators } from "./emulators/emulators.ts";
import { createLatencyGauge } from "./emulators/latency.ts";
import { openEventSourceMappings } from "./event-source-mappings/host.ts";
import { createWriteCounter } from "./event-source-mappings/write-counter.ts";
import type { FaultInjector } from "./fault-injection.ts";
import { gatewayError } from "./http/gateway-response.ts";
import { createGatewayServer, type HandleGatewayRequest } from "./http/gateway-server.ts";
import { createHttpApi } from "./http/http-api.ts";
import { parseHttpApi } from "./http/http-api-definition.ts";
import { createOriginHeaderAdder } from "./http/origin-headers.ts";
import { createAuthorizer } from "./iam/authorizer.ts";
import { identityPolicies, resourcePolicies } from "./iam/policies.ts";
import { createPrincipals } from "./iam/principals.ts";
import { openKmsKeys } from "./kms/keys.ts";
import { type HostedFunction, hostFunctions } from "./lambda/host.ts";
import { closeServer, listenOnLoopback } from "./listen.ts";
import { logFileName, openLogFiles } from "./logs/log-files.ts";
import { createLogsOperations } from "./logs/log-groups.ts";
import { type ScheduleClock, systemClock } from "./schedules/clock.ts";
import { openSchedules } from "./schedules/host.ts";
import { scheduledFunctionArns } from "./schedules/schedule-definition.ts";
import { createServiceListener } from "./service-proxy/service-listener.ts";
import { readAssembly } from "./template/assembly.ts";
import { createResources } from "./template/resources.ts";

type LocalRuntimeOptions = {
  /** Folder of the cloud assembly, `cdk.out`. The emulators start while it is still being synthesized. */
  readonly assembly: string | Promise<string>;
  /** Port of the HTTP API; 0, the default, takes any free one. */
  readonly port?: number;
  /** Folder that keeps the data; in memory without one. */
  readonly data?: string;
  /** Folder of the log files, one per log group. */
  readonly logs: string;
  /** When schedules run. The system clock by default. */
  readonly clock?: ScheduleClock;
  /** Loads the functions before they are invoked, so that the first events need not wait for cold starts. */
  readonly warm?: boolean;
  /** Injects faults for tests. */
  readonly faultInjector?: FaultInjector;
  /** Environment variables that every function gets besides those of the template and of Lambda. */
  readonly functionVariables?: Readonly<Record<string, string>>;
  /** Groups the outputs of the template by what they name. */
  readonly groupOutputs: (outputs: Readonly<Record<string, string>>) => OutputNames;
  /** A running DynamoDB emulator, in memory. By default the runtime starts its own. */
  readonly dynamodb?: DynamoDbEmulator;
};

/** Queue URLs, table names, function names and log groups of the template's outputs, by short names. */
type OutputNames = Readonly<Record<"queues" | "tables" | "functions" | "logs", Readonly<Record<string, string>>>>;

/** A running stack. */
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
  /** Resolves when an emulator exits unexpectedly: the stack is then unusable. */
  readonly failed: Promise<Error>;
  /** Restarts DynamoDB on its data folder while clients call it. Throws if the data is in memory. */
  restartDynamoDb(): Promise<void>;
  stop(): Promise<void>;
};

/** Memory that the stack may add to its process before event sources get no more execution environments. */
const memoryBytes = 600 * 1024 * 1024;

/** Batches of events overlap, so their functions need a second environment soon; requests arrive one by one. */
const warmEnvironments = { ofSources: 2, ofOthers: 1 };

/** fauxqs supports this account only. The region is the default for stacks without one. */
const defaultEnvironment = { account: "000000000000", region: "us-east-1" };

/** Hosts a synthesized stack until `stop`. Throws if the template cannot be hosted; nothing is left running then. */
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

  // The template's references contain the addresses of both servers, so these listen first.
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
  // The first failure is reported; the emulators are stopped if the synthesis fails.
  const [folder, emulators] = await Promise.all([
    options.assembly,
    starting.catch((error) => throwUnusable(options.data, error)),
  ]);
  const assembly = await readAssembly(resolve(folder));
  const awsEnvironment = { ...defaultEnvironment, ...(assembly.region !== undefined && { region: assembly.region }) };
  const services = { origin, region: awsEnvironment.region };
  const streamLabels = new Map<string, string>();
  const { stackName, template, assets } = assembly;
  const location = { ...awsEnvironment, stackName, api, services: services.origin, streamLabels };
  const resources = createResources(template, location);
  const toDynamoDb = createAwsCaller(emulators.dynamodb.origin, emulators.dynamodb.accessKey, awsEnvironment.region);
  const tableResources = resources.ofType("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table");
  for (const table of tableResources) {
    const label = await createTable(table, toDynamoDb).catch((error) => throwUnusable(options.data, error));
    if (label !== undefined) streamLabels.set(table.ref, label);
  }
  const toSqs = createAwsCaller(emulators.sqs.origin, emulators.sqs.accessKey, awsEnvironment.region);
  await createQueues(resources.ofType("AWS::SQS::Queue"), toSqs);
  const { data, faultInjector } = options;
  const keys = await openKmsKeys({ resources, awsEnvironment, data, randomBytes }).catch((error) =>
    throwUnusable(data, error),
  );

  const groups = resources.ofType("AWS::Logs::LogGroup");
  const authorize = createAuthorizer(resourcePolicies(resources, awsEnvironment), awsEnvironment.account);
  const principals = createPrincipals(identityPolicies(resources), awsEnvironment.account);
  const functions = hostFunctions({
    resources,
    assets,
    principals,
    services,
    variables: options.functionVariables ?? {},
    logs,
    faultInjector,
    log,
  });
  const stopFunctions = async () => void (await Promise.all([...functions.values()].map((fn) => fn.stop())));
  stops.defer(stopFunctions);
  const definition = parseHttpApi(resources);
  const invoked = new Set([...(definition?.routes.values() ?? []), ...scheduledFunctionArns(resources)]);
  const warmed = options.warm ? warmFunctions(functions, invoked) : undefined;
  const latency = createLatencyGauge(() => performance.now());
  const writes = createWriteCounter();
  const proxy = createServiceListener({
    ...emulators,
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
  stops.defer(proxy.close);
  serve = proxy.listener;

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
    // A poll that waits for an invocation ends when its function is stopped.
    await stopFunctions();
    await polled;
  });

  await warmed;
  const outputs = resources.outputs();
  const { queues, tables, functions: functionNames, logs: logNames } = options.groupOutputs(outputs);
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
    failed: Promise.race([emulators.dynamodb.failed, emulators.sqs.failed]),
    restartDynamoDb: emulators.dynamodb.restart,
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

function throwUnusable(data: string | undefined, error: unknown): never {
  if (data === undefined || !(error instanceof Error)) throw error;
  throw new Error(`The data in ${data} cannot be used (${error.message}): choose another folder with --data`);
}
