import type { DynamoDBRecord, SQSRecord } from "aws-lambda";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { buildHttpEvent } from "#test/support/api/http-event.ts";
import { anInputText } from "#test/support/builders.ts";
import { buildSqsRecord } from "#test/support/events/sqs-record.ts";
import { toChunkRecord } from "#test/support/ledger/chunk-record.ts";
import { anEventEntry, chunksOf } from "#test/support/ledger/entries.ts";
import type { Client } from "./bare-clients.ts";
import { type ColdStack, signedEntries } from "./cold-stack.ts";

/** A function, the clients that it creates at import, and the event of its first invocation. */
export type FirstCall = {
  readonly entry: string;
  readonly clients: readonly Client[];
  /** Returns a new event each time, so that no invocation is a repeat. */
  event(stack: ColdStack): unknown;
};

/** Every function that calls AWS, with a typical event. */
export const firstCalls: readonly FirstCall[] = [
  {
    entry: "api/finzbooks",
    clients: ["dynamodb"],
    event: ({ org, token }) =>
      buildHttpEvent("/api/public/v1/activity?limit=20", {
        headers: { authorization: `Bearer ${token}`, "x-aibooks-org": org },
      }),
  },
  {
    entry: "api/simplybooks",
    clients: ["dynamodb"],
    event: ({ org, token }) =>
      buildHttpEvent("/api/v1/activities?format=json", {
        headers: { authorization: `Bearer ${token}`, "x-accountid": org },
      }),
  },
  {
    entry: "api/fakturoid",
    clients: ["dynamodb"],
    event: ({ slug, token }) =>
      buildHttpEvent(`/api/v3/accounts/${slug}/events.json`, {
        headers: { authorization: `Bearer ${token}`, "user-agent": "bench" },
      }),
  },
  {
    entry: "admin/admin",
    clients: ["document"],
    event: ({ org }) => ({ action: "token.create", org_ids: [org], scopes: ["AIBooks.activity.READ"] }),
  },
  {
    entry: "api/oauth",
    clients: ["dynamodb"],
    event: ({ client }) => ({
      ...buildHttpEvent("/api/v3/oauth/token", {
        method: "POST",
        headers: { authorization: `Basic ${btoa(client)}`, "user-agent": "bench", "content-type": "application/json" },
      }),
      body: JSON.stringify({ grant_type: "client_credentials" }),
    }),
  },
  {
    entry: "ingest/ingest",
    clients: ["dynamodb", "document"],
    event: ({ org, next }) => batchOf(anInputText({ org_id: org, entity_id: `inv_${next()}` })),
  },
  {
    entry: "audit/audit",
    clients: ["dynamodb", "logs"],
    event: (stack) => ({ Records: Array.from({ length: 10 }, () => streamRecord(stack.event())) }),
  },
  {
    entry: "ledger/sequencer",
    clients: ["dynamodb"],
    event: (stack) => ({
      shardId: "shardId-1",
      Records: Array.from({ length: 10 }, () => streamRecord(stack.event(), String(stack.next() + 1))),
    }),
  },
  {
    entry: "ledger/anchor",
    clients: ["dynamodb", "kms", "sqs"],
    event: (stack) => ({ Records: [ledgerRecord(stack.event())] }),
  },
  {
    entry: "api/proofs",
    clients: ["dynamodb", "kms"],
    event: (stack) => feedRequest(stack, `changes/1/proof?size=${signedEntries}`),
  },
  { entry: "api/changes", clients: ["dynamodb"], event: (stack) => feedRequest(stack, "changes?after=0&limit=20") },
  {
    entry: "api/anchors",
    clients: ["dynamodb", "kms"],
    event: ({ org }) => buildHttpEvent(`/api/public/v1/activity/keys?organization_id=${org}`),
  },
  { entry: "audit/archive", clients: ["logs"], event: () => ({}) },
  {
    entry: "api/webhooks",
    clients: ["dynamodb", "kms", "sqs"],
    event: ({ org, token }) => ({
      ...buildHttpEvent("/api/public/v1/webhooks/endpoints", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "x-aibooks-org": org, "content-type": "application/json" },
      }),
      body: JSON.stringify({ url: "https://hooks.example.com/aibooks", events: ["invoice.sent"] }),
    }),
  },
  {
    entry: "webhooks/deliver",
    clients: ["dynamodb", "sqs", "kms"],
    // On the slow lane, like every first send to an endpoint.
    event: (stack) => batchOf(JSON.stringify(stack.message()), "slow-deliveries"),
  },
  {
    entry: "webhooks/scheduled-deliveries",
    clients: ["dynamodb", "sqs"],
    async event(stack) {
      await stack.scheduled.add(stack.message(), new Date(Date.now() - 60_000));
      return { worker: 0, workers: 1 };
    },
  },
  {
    entry: "webhooks/fan-out",
    clients: ["dynamodb", "sqs"],
    event: (stack) => ({ Records: [ledgerRecord(stack.event())] }),
  },
  {
    entry: "webhooks/repair",
    clients: ["dynamodb", "sqs"],
    // Only the last shards: all of them take seconds.
    event: () => ({
      action: "webhooks.repair",
      since: new Date(Date.now() - 86_400_000).toISOString(),
      until: new Date().toISOString(),
      dry_run: true,
      cursor: { shard: 4_090, after: null },
    }),
  },
  {
    entry: "webhooks/replay",
    clients: ["dynamodb", "sqs"],
    async event(stack) {
      const { org_id, endpoint_id, replay_id } = await stack.replay();
      return batchOf(JSON.stringify({ org_id, endpoint_id, replay_id }));
    },
  },
];

function feedRequest({ org, token }: ColdStack, path: string) {
  return buildHttpEvent(`/api/public/v1/activity/${path}`, {
    headers: { authorization: `Bearer ${token}`, "x-aibooks-org": org },
  });
}

function batchOf(body: string, queue = "queue"): { Records: SQSRecord[] } {
  return {
    Records: [{ ...buildSqsRecord("message", body), eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}` }],
  };
}

function streamRecord(event: ActivityEvent, SequenceNumber = event.event_id): DynamoDBRecord {
  const NewImage = Object.fromEntries(Object.entries(toEventItem(event)).map(([name, S]) => [name, { S }]));
  return {
    eventID: event.event_id,
    eventName: "INSERT",
    dynamodb: { ApproximateCreationDateTime: Date.now() / 1_000, SequenceNumber, NewImage },
  };
}

/** Returns the record of a chunk with one event, as Lambda passes it. */
function ledgerRecord({ org_id, event_id, entity_id, occurred_at }: ActivityEvent): DynamoDBRecord {
  const [built] = chunksOf([anEventEntry(event_id, { event_id, entity_id, occurred_at })]);
  if (built === undefined) throw new Error("There is no chunk.");
  return toChunkRecord(org_id, built.chunk);
}
