import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, expect, inject } from "vitest";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { writeAuditLogIndex } from "#infra/local/demo/audit-log-index.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { createEventStore, type EventStore } from "#shared/events/dynamodb/event-store.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { foreignLines } from "./audit-lines.ts";
import { emptyDatabase, patientRequests } from "./dynamodb/shared-dynamodb.ts";
import { findSecrets } from "./secret-scan.ts";

/** A running stack of a test file, with helpers. It stops after the tests of the file. */
export type TestStack = LocalRuntime & {
  readonly dynamodb: DynamoDBClient;
  /** Creates another DynamoDB client, for a test that modifies it. */
  newClient(): DynamoDBClient;
  readonly sqs: SQSClient;
  readonly logs: string;
  readonly events: EventStore;
  /** Invokes the admin function. Returns its response unparsed. */
  admin(request: AdminRequest): Promise<Record<string, unknown>>;
  /** Creates an organisation with a token, so that tests do not see each other's events. */
  tenant(scopes?: Scope[]): Promise<Tenant>;
  token(orgIds: string[], scopes?: Scope[]): Promise<{ secret: string; token_id: string }>;
  /** Appends events directly, like a transaction of a service. */
  append(events: readonly EventInput[]): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
};

export type Tenant = { readonly org_id: string; readonly token: string; readonly headers: Record<string, string> };

let tenants = 0;

/** Starts the stack, or a modified assembly, optionally with injected faults. */
export async function startStack(assembly: string = inject("assembly"), faults?: FaultInjector): Promise<TestStack> {
  const logs = mkdtempSync(join(tmpdir(), "activity-log-logs-"));
  const dynamodb = emptyDatabase();
  const stack = await startLocalRuntime({
    ...activityLog,
    assembly,
    logs,
    dynamodb,
    ...(faults === undefined ? {} : { faultInjector: faults }),
  });
  writeAuditLogIndex(stack, logs);
  const secrets = new Set<string>();
  afterAll(async () => {
    await stack.stop();
    const found = findSecrets(logs, stack.logFiles.events ?? "", secrets);
    const foreign = foreignLines(stack);
    rmSync(logs, { recursive: true, force: true });
    // The logs of every test are scanned.
    expect(found).toEqual([]);
    expect(foreign).toEqual([]);
  });
  const { endpoints } = stack;
  const account = { region: "us-east-1", credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
  const lambda = new LambdaClient({ ...account, endpoint: endpoints.lambda });
  const newClient = () =>
    new DynamoDBClient({ ...account, endpoint: endpoints.dynamodb, requestHandler: patientRequests });
  const client = newClient();
  const sqs = new SQSClient({ ...account, endpoint: endpoints.sqs, requestHandler: patientRequests });
  const events = createEventStore(client, stack.tables.events ?? "");

  const admin = async (request: AdminRequest): Promise<Record<string, unknown>> => {
    const FunctionName = stack.functions.admin ?? "";
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
    const reply: Record<string, unknown> = JSON.parse(answer.Payload?.transformToString() ?? "{}");
    if (typeof reply.secret === "string") secrets.add(reply.secret);
    return reply;
  };
  const token = async (org_ids: string[], scopes: Scope[] = ["AIBooks.activity.READ"]) => {
    const { secret, token } = await admin({ action: "token.create", org_ids, scopes });
    if (typeof secret !== "string" || typeof token !== "object" || token === null || !("token_id" in token)) {
      throw new Error("The admin function returned no token.");
    }
    return { secret, token_id: String(token.token_id) };
  };

  return {
    ...stack,
    dynamodb: client,
    newClient,
    sqs,
    logs,
    events,
    admin,
    token,
    async tenant(scopes) {
      tenants += 1;
      const org_id = `org_${process.pid}_${tenants}`;
      await admin({ action: "org.create", org_id });
      const { secret } = await token([org_id], scopes);
      return { org_id, token: secret, headers: { authorization: `Bearer ${secret}`, "x-aibooks-org": org_id } };
    },
    async append(inputs) {
      const now = new Date();
      await Promise.all(
        inputs.map((input, at) =>
          events.put(parseEventValue(input, { now, entropy: `${at} ${JSON.stringify(input)}` }).event),
        ),
      );
    },
    get: (path, headers = {}) => fetch(`${stack.api}${path}`, { headers }),
  };
}

/** Returns all log output of the functions of a stack so far. */
export function readLogs(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
