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
import { findStack, type StackRef } from "#clients/cli/stack/stack.ts";
import { createSender } from "#clients/emitter/send.ts";
import { stackName, stageNames, stages } from "#infra/config.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { parseOrgId } from "#shared/events/org-id.ts";
import { anInput } from "./builders.ts";
import { startStack, type Tenant } from "./stack.ts";
import { until } from "./until.ts";
import { deployedStack } from "./vitest/environment.ts";

/** A stack as its users meet it, over the wire only; so a story that is told of it holds wherever it runs. */
export type World = {
  /** Address of the API. */
  readonly api: string;
  /** Where a browser app comes from that may read the API. */
  readonly browserOrigin: string;
  /** Asks the admin function for one thing. Throws where it is refused. */
  admin<T>(request: AdminRequest, answer: z.ZodType<T>): Promise<T>;
  /** A new organisation of the story's own, and a token for it. The log keeps both for ever. */
  tenant(scopes?: Scope[]): Promise<WorldTenant>;
  /** Sends events to the ingest queue as they are, and gives the ids of their messages. */
  ingest(events: readonly object[]): Promise<string[]>;
  /** Why a message was refused, once it was. Takes it out of the rejected queue, so that no alarm tells of it. */
  refusal(messageId: string): Promise<HeldRejectedMessage>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
};

export type WorldTenant = Tenant & { readonly slug: string };

/** How long an event may take from the queue to the API, cold starts included, and how often a story asks. */
export const soon = { deadlineMs: 30_000, pauseMs: 250 };

/** How long a new stack may take until its functions are given events. */
const firstPollMs = 300_000;

export const issued = z.object({ secret: z.string(), token: z.object({ token_id: z.string() }) });

/** The deployed stack that the environment names, or else one of the test's own on this machine. */
export async function openWorld(): Promise<World> {
  const stack = deployedStack();
  if (stack === null) return worldOf(await startTarget(), stages.dev.corsOrigins);
  const stage = stageNames.find((name) => stackName(name) === stack);
  if (stage === undefined) throw new Error(`${stack} is the stack of no stage in infra/config.ts.`);
  const world = worldOf(await findStack(".", stack), stages[stage].corsOrigins);
  await untilPolled(world);
  return world;
}

/**
 * Waits until the stack takes an event in. Right after its first deployment that is minutes: see "Polling and stream
 * starting positions" in the guide of Lambda.
 */
export async function untilPolled(world: Pick<World, "tenant" | "ingest" | "get">): Promise<void> {
  const { org_id, headers } = await world.tenant();
  await world.ingest([anInput({ org_id })]);
  const shown = z.object({ activity: z.array(z.unknown()) });
  await until(
    async () => {
      const response = await world.get("/api/public/v1/activity?limit=1", headers);
      return shown.parse(await response.json()).activity.length > 0;
    },
    { deadlineMs: firstPollMs, pauseMs: 1_000 },
  );
}

async function startTarget(): Promise<StackRef> {
  const { api, queues, tables, functions, logFiles, endpoints } = await startStack();
  const { ingest = "", rejected = "" } = queues;
  const { events = "", config = "" } = tables;
  const account = { region: "us-east-1", credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
  return {
    api,
    queues: { ingest, rejected },
    tables: { events, config },
    functions: { admin: functions.admin ?? "", repair: functions.repair ?? "" },
    demo: null,
    logIdentity: ingest,
    keepsLog: false,
    audit: { kind: "files", pid: process.pid, events: logFiles.events ?? "", access: logFiles.access ?? "" },
    clientConfig: (service) => ({ ...account, endpoint: endpoints[service] }),
  };
}

function worldOf(target: StackRef, [origin]: readonly string[]): World {
  const { api, queues } = target;
  const sqs = new SQSClient(target.clientConfig("sqs"));
  const send = createSender({ queueUrl: queues.ingest, client: sqs });
  const admin: World["admin"] = (request, answer) => callAdmin(target, request, answer);

  return {
    api,
    browserOrigin: origin === undefined || origin === "*" ? "https://app.example.com" : origin,
    admin,

    async tenant(scopes = ["AIBooks.activity.READ"]) {
      const slug = `smoke-${randomUUID()}`;
      const org_id = `org_${slug}`;
      await admin({ action: "org.create", org_id, slug, name: "Smoke test" }, z.unknown());
      // What is left behind in a deployed stack shall open nothing for long.
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      const { secret } = await admin({ action: "token.create", org_ids: [org_id], scopes, expires_at }, issued);
      const headers = { authorization: `Bearer ${secret}`, "x-aibooks-org": org_id };
      return { org_id, slug, token: secret, headers };
    },

    async ingest(events) {
      const bodies = events.map((event) => JSON.stringify(event));
      const results = await send(bodies.map((body) => ({ body, orgId: parseOrgId(body) })));
      return results.map((result) => {
        if (result.status === "failed") throw new Error(`The queue did not take an event: ${result.reason}`);
        return result.message_id;
      });
    },

    async refusal(messageId) {
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
