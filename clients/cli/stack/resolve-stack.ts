import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { parseJson } from "#shared/platform/json.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

const stackResourcesSchema = z.object({
  api: z.string(),
  queues: z.object({ ingest: z.string(), rejected: z.string(), ingest_dead_letters: z.optional(z.string()) }),
  tables: z.object({ events: z.string(), config: z.string() }),
  functions: z.object({ admin: z.string(), repair: z.string(), reconcile: z.optional(z.string()) }),
  /** The name of the logs, and the keys that sign their checkpoints: JSON. */
  trust: z.optional(z.object({ name: z.optional(z.string()), keys: z.optional(z.string()) })),
});

const auditLogsSchema = z.object({ events: z.string(), access: z.string() });

const deployedStackSchema = stackResourcesSchema.extend({ logs: auditLogsSchema });

const loopbackHosts: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** A local stack listens on the loopback interface only. Any other address would be sent tokens and events. */
const loopbackUrlSchema = z
  .string()
  .refine((url) => URL.canParse(url) && loopbackHosts.includes(new URL(url).hostname));

const localStackSchema = stackResourcesSchema.extend({
  api: loopbackUrlSchema,
  queues: z.object({
    ingest: loopbackUrlSchema,
    rejected: loopbackUrlSchema,
    ingest_dead_letters: z.optional(loopbackUrlSchema),
  }),
  endpoints: z.object({
    dynamodb: loopbackUrlSchema,
    sqs: loopbackUrlSchema,
    lambda: loopbackUrlSchema,
    kms: z.optional(loopbackUrlSchema),
  }),
  logFiles: auditLogsSchema,
  /** The id of the process that hosts it. */
  pid: z.number(),
  /** Identifies the data folder; `null` if the stack has none, so that its events are lost when it stops. */
  log_id: z.optional(z.nullable(z.string())),
  demo: z.optional(z.object({ org_id: z.string(), token: z.string() })),
});

export type AwsService = "dynamodb" | "sqs" | "lambda" | "kms";

type AuditLogs = z.infer<typeof auditLogsSchema>;

/** The settings of an AWS client; empty for a deployed stack, because the SDK finds its own. */
export type AwsClientConfig =
  | Record<string, never>
  | {
      readonly endpoint: string;
      readonly region: string;
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    };

/** The names and addresses of a stack's resources, and how to connect to them. */
export type StackConnection = z.infer<typeof stackResourcesSchema> & {
  /** The demo organisation and its token; only a local stack has them. */
  readonly demo: { readonly org_id: string; readonly token: string } | null;
  /** Its audit logs: files of a local stack, log groups of a deployed one. */
  readonly audit: ({ readonly kind: "files"; readonly pid: number } | { readonly kind: "log-groups" }) & AuditLogs;
  /**
   * Identifies the storage of the events: the URL of the ingest queue, or for a local stack the id of its data folder,
   * because its port changes with each start.
   */
  readonly storageId: string;
  /** Whether the events outlive the process that hosts the stack. */
  readonly isPersistent: boolean;
  clientConfig(service: AwsService): AwsClientConfig;
};

/**
 * Resolves the deployed stack of that name, the local one of that file, or without both the local one of the working
 * directory. Throws `CliError` if no local stack runs or outputs are missing, and the error of CloudFormation if no stack
 * has the name.
 */
export function resolveStack(
  context: Pick<CommandContext, "cwd" | "stack">,
  option: string | undefined,
): Promise<StackConnection> {
  const stack = option ?? context.stack ?? join(".local", "stack.json");
  return isStackFile(stack) ? readLocalStack(resolve(context.cwd, stack)) : describeDeployedStack(stack);
}

/** Whether a text is the path of a local stack's file. Names and ARNs of stacks in CloudFormation have no dots. */
export function isStackFile(stack: string): boolean {
  return stack.endsWith(".json");
}

async function readLocalStack(file: string): Promise<StackConnection> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new CliError(
      "failed",
      "No local stack is running. Start one with npm start in the project of the activity log. In another folder, give its " +
        ".local/stack.json with --stack. For a deployed one, give its name.",
      { cause },
    );
  }
  const parsed = localStackSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const foreign = parsed.error.issues.find(({ code }) => code === "custom");
    if (foreign !== undefined) {
      throw new CliError("failed", `${file} is refused: ${foreign.path.join(".")} is not an address of this machine.`);
    }
    throw new CliError("failed", `${file} is not valid. Stop the local stack and start it again with npm start.`);
  }
  const { endpoints, demo = null, logFiles, pid, log_id = null, ...found } = parsed.data;
  const { ingest } = found.queues;
  return {
    ...found,
    demo,
    storageId: log_id === null ? ingest : `${log_id}${new URL(ingest).pathname}`,
    isPersistent: log_id !== null,
    audit: { kind: "files", pid, ...logFiles },
    clientConfig: (service) => ({
      // Earlier releases did not write that of KMS, which is that of all services.
      endpoint: endpoints[service] ?? endpoints.lambda,
      region: "us-east-1",
      credentials: { accessKeyId: "operator", secretAccessKey: "local" },
    }),
  };
}

async function describeDeployedStack(stack: string): Promise<StackConnection> {
  const { CloudFormationClient, DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: stack }));
  const outputs: Record<string, string> = {};
  for (const { OutputKey, OutputValue } of Stacks?.[0]?.Outputs ?? []) {
    if (OutputKey !== undefined && OutputValue !== undefined) outputs[OutputKey] = OutputValue;
  }
  const { trust, ...groups } = parseStackOutputs(outputs);
  // Stacks of earlier releases have no signing key.
  const parsed = deployedStackSchema.safeParse(Object.keys(trust).length === 0 ? groups : { ...groups, trust });
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new CliError(
      "failed",
      `The stack ${stack} lacks required outputs: ${missing}. Name a stack of the activity log.`,
    );
  }
  const { logs, ...found } = parsed.data;
  const { ingest } = found.queues;
  const audit = { kind: "log-groups" as const, ...logs };
  return { ...found, demo: null, audit, storageId: ingest, isPersistent: true, clientConfig: () => ({}) };
}
