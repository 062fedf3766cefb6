import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import * as z from "zod";
import { stackNames } from "#shared/platform/stack-outputs.ts";
import { CliError } from "./command-result.ts";

const names = z.object({
  api: z.string(),
  queues: z.object({ ingest: z.string(), rejected: z.string(), ingest_dead_letters: z.optional(z.string()) }),
  tables: z.object({ events: z.string(), config: z.string() }),
  functions: z.object({ access: z.string(), repair: z.string() }),
});

const auditLogs = z.object({ events: z.string(), access: z.string() });

const deployedStack = names.extend({ logs: auditLogs });

const localStack = names.extend({
  endpoints: z.object({ dynamodb: z.string(), sqs: z.string(), lambda: z.string() }),
  logFiles: auditLogs,
  /** The process that hosts it. */
  pid: z.number(),
  /** The id of the log that its data folder keeps; without a folder the log ends with the process. */
  log_id: z.optional(z.nullable(z.string())),
  demo: z.optional(z.object({ org_id: z.string(), token: z.string() })),
});

export type Service = "dynamodb" | "sqs" | "lambda";

type AuditLogs = z.infer<typeof auditLogs>;

/**
 * How an AWS client reaches a stack; nothing for a deployed one, where the SDK finds credentials and region by
 * itself.
 */
export type ClientConfig =
  | Record<string, never>
  | {
      readonly endpoint: string;
      readonly region: string;
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    };

/** The stack that a verb works on. */
export type Target = z.infer<typeof names> & {
  /** The organisation to try things with, and a token for it; only a local stack has one. */
  readonly demo: { readonly org_id: string; readonly token: string } | null;
  /** Where its audit logs are: files of a local stack, log groups of a deployed one. */
  readonly audit: ({ readonly kind: "files"; readonly pid: number } | { readonly kind: "groups" }) & AuditLogs;
  /**
   * Names the log for as long as it keeps what it was sent: the ingest queue's URL, but of a local stack with a data
   * folder the id that lies there, since its port is another one after each start.
   */
  readonly logIdentity: string;
  /** Whether the log outlives the process that hosts it. */
  readonly keepsLog: boolean;
  clientConfig(service: Service): ClientConfig;
};

/** Finds the deployed stack of that name, or else the one that runs here. Throws `CliError` where there is none. */
export function findTarget(cwd: string, stack: string | undefined): Promise<Target> {
  return stack === undefined ? localTarget(cwd) : deployedTarget(stack);
}

async function localTarget(cwd: string): Promise<Target> {
  const file = join(cwd, ".local", "stack.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new CliError(
      "failed",
      "No local stack is running: start one with npm start, or name a deployed one with --stack.",
      { cause },
    );
  }
  const parsed = localStack.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new CliError(
      "failed",
      `${file} does not describe a stack: stop the local stack and start it with npm start.`,
    );
  }
  const { endpoints, demo = null, logFiles, pid, log_id = null, ...found } = parsed.data;
  const { ingest } = found.queues;
  return {
    ...found,
    demo,
    logIdentity: log_id === null ? ingest : `${log_id}${new URL(ingest).pathname}`,
    keepsLog: log_id !== null,
    audit: { kind: "files", pid, ...logFiles },
    clientConfig: (service) => ({
      endpoint: endpoints[service],
      region: "us-east-1",
      credentials: { accessKeyId: "operator", secretAccessKey: "local" },
    }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function deployedTarget(stack: string): Promise<Target> {
  const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: stack }));
  const outputs: Record<string, string> = {};
  for (const { OutputKey, OutputValue } of Stacks?.[0]?.Outputs ?? []) {
    if (OutputKey !== undefined && OutputValue !== undefined) outputs[OutputKey] = OutputValue;
  }
  const parsed = deployedStack.safeParse(stackNames(outputs));
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new CliError(
      "failed",
      `The stack ${stack} is no activity log, or an unfinished one: it names no ${missing}.`,
    );
  }
  const { logs, ...found } = parsed.data;
  const { ingest } = found.queues;
  const audit = { kind: "groups" as const, ...logs };
  return { ...found, demo: null, audit, logIdentity: ingest, keepsLog: true, clientConfig: () => ({}) };
}
