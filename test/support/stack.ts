import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, expect, inject } from "vitest";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { createEventStore, type EventStore } from "#shared/events/dynamodb/event-store.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { foreignLines } from "./audit-lines.ts";
import { emptyDatabase, patientRequests } from "./dynamodb/shared-dynamodb.ts";
import { findSecrets } from "./secret-scan.ts";

/** A running stack of the test's own, and what a test does to it. It stops when the file's tests are over. */
export type TestStack = LocalRuntime & {
  readonly dynamodb: DynamoDBClient;
  /** Another client of the same engine, for a test that changes it. */
  newClient(): DynamoDBClient;
  readonly sqs: SQSClient;
  readonly logs: string;
  readonly events: EventStore;
  /** Invokes the admin function; the answer as it came. */
  admin(request: AdminRequest): Promise<Record<string, unknown>>;
  /** A new organisation of its own; with a token, so that no test sees another's events. */
  tenant(scopes?: Scope[]): Promise<Tenant>;
  token(orgIds: string[], scopes?: Scope[]): Promise<{ secret: string; token_id: string }>;
  /** Appends events directly, as a service's transaction would. */
  append(events: readonly EventInput[]): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
};

export type Tenant = { readonly org_id: string; readonly token: string; readonly headers: Record<string, string> };

let tenants = 0;

/** Starts the stack, or a changed assembly of it, and lets go wrong what a test wants to. */
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
  const secrets = new Set<string>();
  afterAll(async () => {
    await stack.stop();
    const found = findSecrets(logs, stack.logFiles.events ?? "", secrets);
    const foreign = foreignLines(stack);
    rmSync(logs, { recursive: true, force: true });
    // Every story is looked through, whatever it is about.
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
      throw new Error("No token was issued.");
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

/** Everything that any function of a stack has logged so far. */
export function readLogs(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
