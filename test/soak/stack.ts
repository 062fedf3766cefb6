import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";

/** A running stack with its clients and the organisations of the soak test. */
export type SoakStack = LocalRuntime & {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly logs: string;
  readonly orgs: readonly SoakOrg[];
  queue(name: string): string;
  readonly eventsTable: string;
  readonly ledgerTable: string;
};

export type SoakOrg = {
  readonly org_id: string;
  readonly token: string;
};

type SoakStackOptions = {
  readonly assembly: string;
  /** Where data and logs go. */
  readonly folder: string;
  readonly faults: FaultInjector;
};

export const orgIds: readonly string[] = Array.from({ length: 6 }, (_, at) => `org_soak_${at + 1}`);

/** Failed messages become visible again after seconds: the minutes of the template are for AWS. */
const visibilitySeconds = { ingest: 5, deliveries: 10, slow_deliveries: 10 };

const account = { region: "us-east-1", credentials: { accessKeyId: "soak", secretAccessKey: "soak" } };

/** Starts a stack that stores its data in a folder, and creates organisations with one token each. */
export async function startSoakStack({ assembly, folder, faults }: SoakStackOptions): Promise<SoakStack> {
  const logs = join(folder, "logs");
  const stack = await startLocalRuntime({
    ...activityLog(join(folder, "anchors")),
    assembly,
    logs,
    data: join(folder, "data"),
    faultInjector: faults,
  });
  try {
    const sqs = new SQSClient({ ...account, endpoint: stack.endpoints.sqs });
    const queue = (name: string) => named(stack.queues, name);
    for (const [name, seconds] of Object.entries(visibilitySeconds)) {
      const Attributes = { VisibilityTimeout: String(seconds) };
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue(name), Attributes }));
    }
    return {
      ...stack,
      dynamodb: new DynamoDBClient({ ...account, endpoint: stack.endpoints.dynamodb }),
      sqs,
      logs,
      queue,
      eventsTable: named(stack.tables, "events"),
      ledgerTable: named(stack.tables, "ledger"),
      orgs: await createOrgs(stack),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function createOrgs(stack: LocalRuntime): Promise<SoakOrg[]> {
  const lambda = new LambdaClient({ ...account, endpoint: stack.endpoints.lambda });
  const FunctionName = named(stack.functions, "admin");
  const admin = async (request: AdminRequest): Promise<unknown> => {
    const response = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
    return JSON.parse(response.Payload?.transformToString() ?? "{}");
  };
  const scopes = ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"] as const;
  const orgs: SoakOrg[] = [];
  for (const org_id of orgIds) {
    await admin({ action: "org.create", org_id });
    const issued = await admin({ action: "token.create", org_ids: [org_id], scopes: [...scopes] });
    orgs.push({ org_id, token: z.object({ secret: z.string() }).parse(issued).secret });
  }
  lambda.destroy();
  return orgs;
}

function named(names: Readonly<Record<string, string>>, name: string): string {
  const found = names[name];
  if (found === undefined) throw new Error(`The stack has no ${name}.`);
  return found;
}

/** Waits before a failed call is retried. */
export function pauseBeforeRetry(): Promise<void> {
  return delay(200);
}
