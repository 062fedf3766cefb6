import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { join, resolve } from "node:path";
import { stackNames } from "#shared/platform/stack-outputs.ts";
import { awsCaller } from "./aws-json.ts";
import type { DynamoDbEngine } from "./emulators/dynamodb.ts";
import { startEngines } from "./emulators/emulators.ts";
import { latencyGauge } from "./emulators/latency.ts";
import { createQueues } from "./emulators/queues.ts";
import { createTable, partitionKeys } from "./emulators/tables.ts";
import { openSources } from "./event-source-mappings/host.ts";
import { countWrites } from "./event-source-mappings/writes.ts";
import type { Faults } from "./fault-injection.ts";
import { httpApi } from "./http/api.ts";
import { apiDefinition } from "./http/definition.ts";
import { edgeOf } from "./http/edge.ts";
import { gatewayError } from "./http/response.ts";
import { gatewayServer, type Respond } from "./http/server.ts";
import { openKeys } from "./kms/keys.ts";
import { type HostedFunction, hostFunctions } from "./lambda/host.ts";
import { closeServer, listenOnLoopback } from "./listen.ts";
import { logGroups } from "./log-groups.ts";
import { logFile, openLogs } from "./logs.ts";
import { clockTicks, type Ticks } from "./schedules/clock.ts";
import { scheduledFunctions } from "./schedules/definition.ts";
import { openSchedules } from "./schedules/host.ts";
import { policyJudge } from "./service-proxy/authorizer.ts";
import { identityPolicies, resourcePolicies } from "./service-proxy/policies.ts";
import { openPrincipals } from "./service-proxy/principals.ts";
import { serviceListener } from "./service-proxy/services.ts";
import { readAssembly } from "./template/assembly.ts";
import { localResources } from "./template/resources.ts";

interface LocalStackOptions {
  /** Folder of the synthesized assembly, `cdk.out`. The engines start while it is still being made. */
  readonly assembly: string | Promise<string>;
  /** Port of the HTTP API; 0, the default, takes any free one. */
  readonly port?: number;
  /** Folder that keeps the data; in memory without one. */
  readonly data?: string;
  /** Folder of the log files, one per log group. */
  readonly logs: string;
  /** When schedules run; by the clock without it. */
  readonly ticks?: Ticks;
  /** Loads the functions before they are invoked, so that the first events do not wait for it. */
  readonly warm?: boolean;
  /** What goes wrong on purpose; nothing without it. */
  readonly faults?: Faults;
  /** The DynamoDB to use, which keeps no data; one of the stack's own without it. */
  readonly dynamodb?: DynamoDbEngine;
}

export interface LocalStack {
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
}

/** What the stack may add to the memory of its process before event sources get no more environments. */
const memoryBytes = 600 * 1024 * 1024;

/** Events come in batches that overlap, so that a second environment is wanted right away; requests come one by one. */
const warmEnvironments = { ofSources: 2, ofOthers: 1 };

/** fauxqs knows this account only. The region is that of a stack which names none. */
const anywhere = { account: "000000000000", region: "us-east-1" };

/** Hosts a synthesized stack until `stop`. Throws, and leaves nothing running, when the template cannot be hosted. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops = new AsyncDisposableStack();
  try {
    return await start(options, stops);
  } catch (error) {
    await stops.disposeAsync();
    throw error;
  }
}

async function start(options: LocalStackOptions, stops: AsyncDisposableStack): Promise<LocalStack> {
  const mostBytes = process.memoryUsage.rss() + memoryBytes;
  const logs = openLogs(options.logs);
  stops.defer(() => logs.close());
  const log = (text: string) => logs.write("runtime", `${new Date().toISOString()}\t${text}`);

  // Templates refer to the servers' addresses, so both listen before anything behind them exists.
  let respond: Respond = async () => gatewayError(503, "Service Unavailable");
  let serve: RequestListener = (_, response) => response.writeHead(503).end();
  const apiServer = gatewayServer((request) => respond(request));
  const keepAliveTimeout = 60_000; // longer than SDK clients keep an idle connection
  const serviceServer = createServer({ keepAliveTimeout }, (request, response) => serve(request, response));
  const api = await listenOnLoopback(apiServer, options.port ?? 0);
  stops.defer(() => closeServer(apiServer));
  const origin = await listenOnLoopback(serviceServer, 0);
  stops.defer(() => closeServer(serviceServer));

  const starting = startEngines(
    { data: options.data, logFile: join(options.logs, "dynamodb-local.log"), dynamodb: options.dynamodb },
    stops,
  );
  // Whichever fails first is reported; an engine without an assembly is stopped.
  const [folder, engines] = await Promise.all([
    options.assembly,
    starting.catch((error) => unusable(options.data, error)),
  ]);
  const assembly = await readAssembly(resolve(folder));
  const where = { ...anywhere, ...(assembly.region !== undefined && { region: assembly.region }) };
  const services = { origin, region: where.region };
  const streamLabels = new Map<string, string>();
  const { stackName, template, assets } = assembly;
  const place = { ...where, stackName, api, services: services.origin, streamLabels };
  const resources = localResources(template, place);
  const toDynamoDb = awsCaller(engines.dynamodb.origin, engines.dynamodb.accessKey, where.region);
  const tableResources = resources.ofType("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table");
  for (const table of tableResources) {
    const label = await createTable(table, toDynamoDb).catch((error) => unusable(options.data, error));
    if (label !== undefined) streamLabels.set(table.ref, label);
  }
  const toSqs = awsCaller(engines.sqs.origin, engines.sqs.accessKey, where.region);
  await createQueues(resources.ofType("AWS::SQS::Queue"), toSqs);
  const { data, faults } = options;
  const keys = await openKeys({ resources, where, data, randomBytes }).catch((error) => unusable(data, error));

  const groups = resources.ofType("AWS::Logs::LogGroup");
  const judge = policyJudge(resourcePolicies(resources, where), where.account);
  const principals = openPrincipals(identityPolicies(resources), where.account);
  const functions = hostFunctions({ resources, assets, principals, services, logs, faults, log });
  const stopFunctions = async () => void (await Promise.all([...functions.values()].map((fn) => fn.stop())));
  stops.defer(stopFunctions);
  const definition = apiDefinition(resources);
  const invoked = new Set([...(definition?.routes.values() ?? []), ...scheduledFunctions(resources)]);
  const warmed = options.warm ? warmFunctions(functions, invoked) : undefined;
  const latency = latencyGauge(() => performance.now());
  const writes = countWrites();
  const gate = serviceListener({
    ...engines,
    keys,
    logGroups: logGroups(new Set(groups.map(({ ref }) => ref)), logs, () => new Date()),
    randomBytes,
    functions,
    judge,
    faults,
    where,
    beginTableOperation(operation) {
      const end = latency.begin();
      return () => {
        end();
        writes.made(operation);
      };
    },
    partitionKeys: partitionKeys(tableResources),
    origin: services.origin,
    principalOf: principals.byAccessKey,
    onRefusal: log,
  });
  stops.defer(gate.close);
  serve = gate.listener;

  if (definition !== undefined) {
    const invokers = new Map([...functions.values()].map((fn) => [fn.definition.arn, fn.invoke]));
    const invokerByArn = (functionArn: string) => invokers.get(functionArn);
    const clock = { newRequestId: randomUUID, now: () => new Date() };
    const answer = httpApi({ definition, invokerByArn, judge, writeLog: logs.write, ...where, ...clock });
    const throughEdge = edgeOf(resources);
    respond = (request) => answer(throughEdge(request));
  }

  const latencyMs = latency.recentMs;
  const hasMemory = () => process.memoryUsage.rss() < mostBytes;
  const sources = {
    resources,
    functions,
    principals,
    judge,
    services,
    data,
    faults,
    latencyMs,
    hasMemory,
    writes,
    log,
  };
  const poll = await openSources(sources);
  const { ticks = clockTicks } = options;
  const schedules = await openSchedules({ resources, functions, judge, where, ticks, newId: randomUUID });
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
  const { queues, tables, functions: functionNames, logs: logNames } = stackNames(outputs);
  const fileOf = (group: string) => resolve(options.logs, logFile(group));
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
    if (fn.hasSources) return ofSources;
    return invoked.has(fn.definition.arn) ? ofOthers : 0;
  };
  await Promise.all([...functions.values()].map((fn) => fn.warm(wanted(fn))));
}

function unusable(data: string | undefined, error: unknown): never {
  if (data === undefined || !(error instanceof Error)) throw error;
  throw new Error(`The data in ${data} cannot be used (${error.message}): choose another folder with --data`);
}
