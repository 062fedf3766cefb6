import { readFileSync } from "node:fs";
import { ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { endpointKey } from "#shared/platform/dynamodb/keys.ts";
import { anInput } from "#test/support/builders.ts";
import { commandLine, stackFile } from "#test/support/command-line.ts";
import { assemblyWithout } from "#test/support/infra/assembly.ts";
import { until } from "#test/support/until.ts";
import { startReceiver, status } from "#test/support/webhooks/receiver.ts";
import {
  receivedEvent,
  type Subscriber,
  startWebhooksStack,
  type WebhooksStack,
} from "#test/support/webhooks/webhooks-stack.ts";

let stack: WebhooksStack;

beforeAll(async () => {
  stack = await startWebhooksStack(assemblyWithout("DenyForeignLedgerProgress"));
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** Writes an event as if it had been recorded so many minutes ago. A repair skips newer ones, which may still arrive. */
async function record({ org_id }: Subscriber, entity_id: string, minutes: number): Promise<void> {
  const now = minutesAgo(minutes);
  const input = anInput({ org_id, entity_id, occurred_at: now.toISOString() });
  await stack.events.put(parseEventValue(input, { now, entropy: `${org_id} ${entity_id}` }).event);
}

/** Creates an organisation whose event the fan-out lost: its endpoint claims to be older than the event. */
async function withLostEvent(over: Record<string, unknown> = {}, minutes = 60) {
  const subscriber = await stack.subscriber();
  const receiver = await startReceiver({ behaviour: status(204) });
  await record(subscriber, "inv_lost", minutes);
  await stack.waitForEndpointChanges();
  const { endpoint_id } = await subscriber.subscribe(receiver.url, over);
  const { pk, sk } = endpointKey(subscriber.org_id, endpoint_id);
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.tables.config,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: "SET created_at = :at",
      ExpressionAttributeValues: { ":at": { S: minutesAgo(minutes + 24 * 60).toISOString() } },
    }),
  );
  // The fan-out may have read the endpoint before: a change makes it read it again.
  await subscriber.request("PATCH", `/endpoints/${endpoint_id}`, { description: "Older than it is" });
  await stack.waitForEndpointChanges();
  return { subscriber, receiver, endpoint_id, org_id: subscriber.org_id };
}

const line = z.looseObject({ action: z.optional(z.string()), count: z.optional(z.number()) });

/** Returns the audit lines of an action of administrators. */
function linesOf(action: string): z.infer<typeof line>[] {
  // On a busy machine a call can time out, which the runtime logs as text.
  const lines = readFileSync(stack.logFiles.access ?? "", "utf8").split("\n");
  return lines
    .filter((text) => text.startsWith("{"))
    .map((text) => line.parse(JSON.parse(text)))
    .filter((one) => one.action === action);
}

/** Lets the sequencer believe that all records of its shards are in the ledger: it discards those that follow. */
async function discardRecords(): Promise<void> {
  const TableName = stack.tables.config;
  const { Items = [] } = await stack.dynamodb.send(new ScanCommand({ TableName }));
  for (const { pk, sk } of Items.filter((item) => item.pk?.S?.startsWith("sequencer#"))) {
    if (pk === undefined || sk === undefined) continue;
    const update = new UpdateItemCommand({
      TableName,
      Key: { pk, sk },
      UpdateExpression: "SET sequenced_to = :all, claimed_to = :all ADD version :one",
      ExpressionAttributeValues: { ":all": { S: "9".repeat(40) }, ":one": { N: "1" } },
    });
    await stack.dynamodb.send(update);
  }
}

it("webhooks repair sends the events that the fan-out lost to every organisation, and repeats none", async () => {
  const first = await withLostEvent();
  const second = await withLostEvent();
  const disabled = await withLostEvent({ enabled: false });
  await stack.waitForEndpointChanges();
  await record(first.subscriber, "inv_delivered", 0);
  const documents = (receiver: typeof first.receiver) => receiver.requests.map((one) => receivedEvent(one).entity_id);
  await until(() => documents(first.receiver).includes("inv_delivered"));
  await stack.waitForEmptyDeliveryQueues();

  const cli = commandLine(stackFile(stack));
  const repair = (...options: string[]) => cli.json(["webhooks", "repair", "--since", "2h", ...options]);
  const dry = await repair("--dry-run");
  expect(dry).toMatchObject({ dry_run: true, orgs_concerned: 3, would_start: 2, skipped: 1, started: 0 });
  expect(dry.endpoints).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ org_id: first.org_id, endpoint_id: first.endpoint_id, count: 1, complete: true }),
      expect.objectContaining({ org_id: second.org_id, endpoint_id: second.endpoint_id, count: 1, complete: true }),
      expect.objectContaining({ org_id: disabled.org_id, outcome: "skipped", reason: "disabled", count: 1 }),
    ]),
  );
  expect(documents(second.receiver)).toEqual([]);

  expect(await repair()).toMatchObject({ started: 2, skipped: 1 });
  await until(() => [first, second].every(({ receiver }) => documents(receiver).includes("inv_lost")));
  await stack.waitForEmptyDeliveryQueues();
  expect(await repair()).toMatchObject({ started: 0, skipped: 1 });
  expect(documents(first.receiver).toSorted()).toEqual(["inv_delivered", "inv_lost"]);
  expect(documents(second.receiver)).toEqual(["inv_lost"]);
  expect(documents(disabled.receiver)).toEqual([]);

  // On a busy machine a repair takes several calls, each with its own line.
  expect(linesOf("webhooks.repair").reduce((sum, { count = 0 }) => sum + count, 0)).toBe(2);
  expect(new Set(Object.values(await stack.deadLetterCounts()))).toEqual(new Set([0]));
});

it("trust reconcile gives events a sequence that have none, and their webhooks if asked", async () => {
  const { subscriber, receiver, org_id } = await withLostEvent({}, 30 * 60);
  await discardRecords();
  await record(subscriber, "inv_discarded", 28 * 60);
  const cli = commandLine(stackFile(stack));
  const reconcile = (...options: string[]) => cli.json(["trust", "reconcile", "--org", org_id, ...options]);
  expect(await reconcile("--dry-run")).toMatchObject({ dry_run: true, missing: 1, unreadable: 0 });
  expect(receiver.requests).toEqual([]);
  expect(await reconcile("--notify")).toMatchObject({ orgs_examined: 1, missing: 1 });
  await until(() => receiver.requests.length > 0);
  expect(receiver.requests.map((one) => receivedEvent(one).entity_id)).toEqual(["inv_discarded"]);
  expect(await reconcile()).toMatchObject({ missing: 0 });
  const counts = [1, 1, 0].map((count) => expect.objectContaining({ org_ids: org_id, count, outcome: "done" }));
  expect(linesOf("trust.reconcile")).toEqual(counts);
});
