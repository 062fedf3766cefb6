import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import type { BucketFiles } from "./distribution/bucket-site.ts";
import type { DynamoDbEmulator } from "./emulators/dynamodb.ts";
import { type Emulators, startEmulators } from "./emulators/emulators.ts";
import { openEventSourceMappings } from "./event-source-mappings/host.ts";
import type { FaultInjector } from "./fault-injection.ts";
import { openServers, type Servers } from "./hosting/servers.ts";
import { hostStack } from "./hosting/stack-host.ts";
import { createStackResources, type StackResources, throwUnusableData } from "./hosting/stack-resources.ts";
import type { HostedFunction } from "./lambda/host.ts";
import { logFileName, openLogFiles } from "./logs/log-files.ts";
import { type ScheduleClock, systemClock } from "./schedules/clock.ts";
import { openSchedules } from "./schedules/host.ts";

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
  /** Files that the template's CloudFront distribution serves. By default none are served. */
  readonly bucketFiles?: BucketFiles;
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
  const maxBytes = process.memoryUsage.rss() + memoryBytes;
  const { data, faultInjector, clock = systemClock } = options;
  const logs = openLogFiles(options.logs);
  stops.defer(() => logs.close());
  const servers = await openServers(options.port ?? 0, stops);
  const starting = startEmulators(
    { data, logFile: join(options.logs, "dynamodb-local.log"), dynamodb: options.dynamodb },
    stops,
  );
  // The first failure is reported; the emulators are stopped if the synthesis fails.
  const [folder, emulators] = await Promise.all([
    options.assembly,
    starting.catch((error) => throwUnusableData(data, error)),
  ]);
  const stack = await createStackResources({ assembly: resolve(folder), emulators, servers, data });
  const { functionVariables: variables, bucketFiles } = options;
  const runtime = hostStack({ stack, servers, emulators, logs, faultInjector, variables, bucketFiles });
  const { functions } = runtime;
  stops.defer(() => stopAll(functions));
  const warmed = options.warm ? warmFunctions(functions, runtime.invokedArns) : undefined;
  stops.defer(runtime.closeProxy);

  const hasMemory = () => process.memoryUsage.rss() < maxBytes;
  const poll = await openEventSourceMappings({ ...runtime, data, faultInjector, hasMemory });
  const schedules = await openSchedules({ ...runtime, clock, newId: randomUUID });
  const polling = new AbortController();
  const polled = Promise.all([poll(polling.signal), schedules.run(polling.signal)]);
  stops.defer(async () => {
    polling.abort();
    // A poll that waits for an invocation ends when its function is stopped.
    await stopAll(functions);
    await polled;
  });

  await warmed;
  return describeRuntime(options, { stack, servers, emulators, notRun: schedules.notRun }, stops);
}

function describeRuntime(
  options: LocalRuntimeOptions,
  {
    stack,
    servers: { api, services },
    emulators: { dynamodb, sqs },
    notRun,
  }: { stack: StackResources; servers: Servers; emulators: Emulators; notRun: readonly string[] },
  stops: AsyncDisposableStack,
): LocalRuntime {
  const outputs = stack.resources.outputs();
  const { queues, tables, functions, logs: logNames } = options.groupOutputs(outputs);
  const fileOf = (group: string) => resolve(options.logs, logFileName(group));
  return {
    api,
    endpoints: { dynamodb: services, kms: services, lambda: services, logs: services, sqs: services },
    queues,
    tables,
    functions,
    logFiles: Object.fromEntries(Object.entries(logNames).map(([name, group]) => [name, fileOf(group)])),
    outputs,
    notRun,
    failed: Promise.race([dynamodb.failed, sqs.failed]),
    restartDynamoDb: dynamodb.restart,
    stop: () => stops.disposeAsync(),
  };
}

async function stopAll(functions: ReadonlyMap<string, HostedFunction>): Promise<void> {
  await Promise.all([...functions.values()].map((fn) => fn.stop()));
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
