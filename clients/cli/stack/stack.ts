import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import { parseJson } from "#shared/platform/json.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

const stackNamesSchema = z.object({
  api: z.string(),
  queues: z.object({ ingest: z.string(), rejected: z.string(), ingest_dead_letters: z.optional(z.string()) }),
  tables: z.object({ events: z.string(), config: z.string() }),
  functions: z.object({ admin: z.string(), repair: z.string() }),
});

const auditLogsSchema = z.object({ events: z.string(), access: z.string() });

const deployedStackSchema = stackNamesSchema.extend({ logs: auditLogsSchema });

const localStackSchema = stackNamesSchema.extend({
  endpoints: z.object({ dynamodb: z.string(), sqs: z.string(), lambda: z.string() }),
  logFiles: auditLogsSchema,
  /** The id of the process that hosts it. */
  pid: z.number(),
  /** The id of the log in its data folder; without a folder, the log ends with the process. */
  log_id: z.optional(z.nullable(z.string())),
  demo: z.optional(z.object({ org_id: z.string(), token: z.string() })),
});

export type AwsService = "dynamodb" | "sqs" | "lambda";

type AuditLogs = z.infer<typeof auditLogsSchema>;

/** The settings of an AWS client; empty for a deployed stack, because the SDK finds its own. */
export type AwsClientConfig =
  | Record<string, never>
  | {
      readonly endpoint: string;
      readonly region: string;
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    };

/** A stack to work on: its names and addresses. */
export type StackRef = z.infer<typeof stackNamesSchema> & {
  /** The demo organisation and its token; only a local stack has them. */
  readonly demo: { readonly org_id: string; readonly token: string } | null;
  /** Its audit logs: files of a local stack, log groups of a deployed one. */
  readonly audit: ({ readonly kind: "files"; readonly pid: number } | { readonly kind: "groups" }) & AuditLogs;
  /**
   * Identifies the log as long as it keeps its events: the URL of the ingest queue, or the id in the data folder of a
   * local stack, whose port changes with each start.
   */
  readonly logIdentity: string;
  /** Whether the log outlives the process that hosts it. */
  readonly keepsLog: boolean;
  clientConfig(service: AwsService): AwsClientConfig;
};

/** Finds the deployed stack of that name, or the local one without a name. Throws `CliError` if it does not exist. */
export function findStack(cwd: string, stack: string | undefined): Promise<StackRef> {
  return stack === undefined ? findLocalStack(cwd) : findDeployedStack(stack);
}

async function findLocalStack(cwd: string): Promise<StackRef> {
  const file = join(cwd, ".local", "stack.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new CliError(
      "failed",
      "No local stack is running. Start one with npm start, or name a deployed one with --stack.",
      { cause },
    );
  }
  const parsed = localStackSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new CliError("failed", `${file} is not valid. Stop the local stack and start it again with npm start.`);
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

async function findDeployedStack(stack: string): Promise<StackRef> {
  const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: stack }));
  const outputs: Record<string, string> = {};
  for (const { OutputKey, OutputValue } of Stacks?.[0]?.Outputs ?? []) {
    if (OutputKey !== undefined && OutputValue !== undefined) outputs[OutputKey] = OutputValue;
  }
  const parsed = deployedStackSchema.safeParse(parseStackOutputs(outputs));
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new CliError("failed", `The stack ${stack} is not a complete activity log. Missing outputs: ${missing}.`);
  }
  const { logs, ...found } = parsed.data;
  const { ingest } = found.queues;
  const audit = { kind: "groups" as const, ...logs };
  return { ...found, demo: null, audit, logIdentity: ingest, keepsLog: true, clientConfig: () => ({}) };
}
