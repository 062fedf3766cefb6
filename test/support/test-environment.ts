import { randomUUID } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import {
  deleteRejected,
  type HeldRejectedMessage,
  receiveRejected,
  releaseRejected,
} from "#clients/cli/rejected/rejected-queue.ts";
import { callAdmin } from "#clients/cli/stack/admin-client.ts";
import { resolveStack, type StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import { createSender } from "#clients/emitter/send.ts";
import { stackName, stageNames, stages } from "#infra/config.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { parseOrgId } from "#shared/events/org-id.ts";
import { anInput } from "./builders.ts";
import { startStack, type Tenant } from "./stack.ts";
import { until } from "./until.ts";
import { deployedStack } from "./vitest/environment.ts";

/** A stack as its users see it: through its APIs, its queue and its admin function only, so that a test can run against any stack. */
export type TestEnvironment = {
  /** Base URL of the API. */
  readonly api: string;
  /** An origin of a browser app, and whether CORS allows it with tokens of any kind. */
  readonly browserOrigin: { readonly origin: string; readonly isAllowed: boolean };
  /** Invokes the admin function. Throws if it rejects the request. */
  admin<T>(request: AdminRequest, resultSchema: z.ZodType<T>): Promise<T>;
  /** Creates an organisation with a token. The log keeps its events for ever. */
  tenant(scopes?: Scope[]): Promise<SmokeTenant>;
  /** Sends events to the ingest queue without validation. Returns the ids of their messages. */
  ingest(events: readonly object[]): Promise<string[]>;
  /** Waits for a message in the rejected queue, and deletes it there so that no alarm fires. */
  takeRejected(messageId: string): Promise<HeldRejectedMessage>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
};

export type SmokeTenant = Tenant & { readonly slug: string };

/** Limits of the wait for an event to get from the queue to the API, cold starts included. */
export const soon = { deadlineMs: 30_000, pauseMs: 250 };

/** How long Lambda may take to poll the queues of a new stack. */
const firstPollMs = 300_000;

export const issued = z.object({ secret: z.string(), token: z.object({ token_id: z.string() }) });

/** Returns the deployed stack that the variables `TARGET` and `STACK` name, or starts a local one. */
export async function openTestEnvironment(): Promise<TestEnvironment> {
  const stack = deployedStack();
  if (stack === null) return createTestEnvironment(await startLocalStack(), stages.dev.corsOrigins);
  const stage = stageNames.find((name) => stackName(name) === stack);
  if (stage === undefined) throw new Error(`${stack} does not belong to a stage in infra/config.ts.`);
  const environment = createTestEnvironment(
    await resolveStack({ cwd: ".", stack: undefined }, stack),
    stages[stage].corsOrigins,
  );
  await untilPolled(environment);
  return environment;
}

/**
 * Waits until the stack stores an event. After a first deployment this takes minutes: see "Polling and stream starting
 * positions" in the Lambda developer guide.
 */
export async function untilPolled(environment: Pick<TestEnvironment, "tenant" | "ingest" | "get">): Promise<void> {
  const { org_id, headers } = await environment.tenant();
  await environment.ingest([anInput({ org_id })]);
  const page = z.object({ activity: z.array(z.unknown()) });
  await until(
    async () => {
      const response = await environment.get("/api/public/v1/activity?limit=1", headers);
      return page.parse(await response.json()).activity.length > 0;
    },
    { deadlineMs: firstPollMs, pauseMs: 1_000 },
  );
}

async function startLocalStack(): Promise<StackConnection> {
  const { api, queues, tables, functions, logFiles, endpoints } = await startStack();
  const { ingest = "", rejected = "" } = queues;
  const { events = "", config = "" } = tables;
  const account = { region: "us-east-1", credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
  return {
    api,
    queues: { ingest, rejected },
    tables: { events, config },
    functions: { admin: functions.admin ?? "", repair: functions.repair ?? "", reconcile: functions.reconcile },
    demo: null,
    storageId: ingest,
    isPersistent: false,
    audit: { kind: "files", pid: process.pid, events: logFiles.events ?? "", access: logFiles.access ?? "" },
    clientConfig: (service) => ({ ...account, endpoint: endpoints[service] }),
  };
}

function createTestEnvironment(stack: StackConnection, [origin]: readonly string[]): TestEnvironment {
  const { api, queues } = stack;
  const sqs = new SQSClient(stack.clientConfig("sqs"));
  const send = createSender({ queueUrl: queues.ingest, client: sqs });
  const admin: TestEnvironment["admin"] = (request, resultSchema) => callAdmin(stack, request, resultSchema);

  return {
    api,
    browserOrigin: {
      origin: origin === undefined || origin === "*" ? "https://app.example.com" : origin,
      isAllowed: origin !== undefined,
    },
    admin,

    async tenant(scopes = ["AIBooks.activity.READ"]) {
      const slug = `smoke-${randomUUID()}`;
      const org_id = `org_${slug}`;
      await admin({ action: "org.create", org_id, slug, name: "Smoke test" }, z.unknown());
      // The token stays in a deployed stack: let it expire.
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      const { secret } = await admin({ action: "token.create", org_ids: [org_id], scopes, expires_at }, issued);
      const headers = { authorization: `Bearer ${secret}`, "x-aibooks-org": org_id };
      return { org_id, slug, token: secret, headers };
    },

    async ingest(events) {
      const bodies = events.map((event) => JSON.stringify(event));
      const results = await send(bodies.map((body) => ({ body, orgId: parseOrgId(body) })));
      return results.map((result) => {
        if (result.status === "failed") throw new Error(`SQS rejected an event: ${result.reason}`);
        return result.message_id;
      });
    },

    async takeRejected(messageId) {
      const others: HeldRejectedMessage[] = [];
      try {
        return await until(async () => {
          const held = await receiveRejected(sqs, queues.rejected);
          const own = held.filter(({ message_id }) => message_id === messageId);
          others.push(...held.filter((message) => !own.includes(message)));
          await deleteRejected(sqs, queues.rejected, own);
          return own[0];
        }, soon);
      } finally {
        await releaseRejected(sqs, queues.rejected, others);
      }
    },

    get: (path, headers = {}) => fetch(`${api}${path}`, { headers }),
  };
}
