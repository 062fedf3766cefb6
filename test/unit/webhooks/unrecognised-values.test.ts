import { type AttributeValue, ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { renderAttempt, renderDelivery, renderEndpoint, renderReplay } from "#shared/api/webhooks/render.ts";
import { deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { newDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import { toAttemptItem } from "#shared/webhooks/deliveries/dynamodb/attempt-item.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { parseEndpointItem, toEndpointItem } from "#shared/webhooks/endpoints/dynamodb/endpoint-item.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { isReplayActive } from "#shared/webhooks/replays/replay.ts";
import { runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEndpoint, testNow } from "#test/support/builders.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryReplays } from "#test/support/memory/webhooks.ts";
import { aDeliveryAttempt, aDeliveryQuery } from "#test/support/webhooks/delivery-builders.ts";
import { deliveryFixture } from "#test/support/webhooks/delivery-fixture.ts";
import { aReplay } from "#test/support/webhooks/replay-fixture.ts";

// Values that a later release may store, and that this release must read after a rollback.

type Item = Record<string, AttributeValue>;

/** Creates a client that returns these items for every read. */
function clientOf(...items: readonly Item[]): DynamoDBClient {
  const client = new DynamoDBClient({ region: "us-east-1" });
  vi.spyOn(client, "send").mockImplementation(() =>
    Promise.resolve({ Items: items, Item: items[0], Responses: { table: items } }),
  );
  return client;
}

const message = aDeliveryMessage();
const { org_id, endpoint_id, delivery_id } = message;
const laterReason = { M: { reason: { S: "sanctioned" }, at: { S: testNow.toISOString() } } };
const disabledItem = { ...toEndpointItem(anEndpoint()), disabled: laterReason };

const replay = aReplay();

const replayFrom = (over: object) =>
  replayStore(clientOf(marshall({ ...replay, place: replay.cursor, ...over })), "table").get(
    endpoint_id,
    replay.replay_id,
  );

describe("endpoint that a later release disabled for an unknown reason", () => {
  it("is listed and rendered with its reason, and keeps it when another setting changes", async () => {
    const listed = await endpointReader(clientOf(disabledItem, toEndpointItem(anEndpoint())), "table").list(org_id);
    expect(listed).toHaveLength(2);
    const endpoint = parseEndpointItem(disabledItem);
    expect(renderEndpoint(endpoint)).toMatchObject({ status: "disabled", disabled_reason: "sanctioned" });
    expect(toEndpointItem({ ...endpoint, description: "other" }).disabled).toEqual(laterReason);
  });

  it("receives nothing", async () => {
    const fixture = await deliveryFixture({ disabled: parseEndpointItem(disabledItem).disabled });
    const [queued = message] = fixture.createMessages(1);
    expect(await fixture.deliver(queued)).toEqual(["given_up"]);
    expect(fixture.received).toEqual([]);
    expect(await fixture.deliveryOf(queued)).toMatchObject({ reason: "endpoint_disabled" });
  });
});

describe("delivery with an unknown status or reason of a later release", () => {
  const kept = newDelivery(message, testNow, null);
  const itemOf = (over: object): Item =>
    marshall({ ...deliveryKey(endpoint_id, delivery_id), ...kept, status: "failed", reason: "exhausted", ...over });

  it("is listed and rendered unchanged", async () => {
    const store = deliveryStore(clientOf(itemOf({ reason: "quota_exceeded" }), itemOf({ status: "expired" })), "table");
    const { deliveries } = await store.page(aDeliveryQuery(endpoint_id));
    expect(deliveries.map(renderDelivery)).toMatchObject([
      { status: "failed", reason: "quota_exceeded" },
      { status: "expired", reason: "exhausted" },
    ]);
  });

  it("refuses claims for messages of its own cycle", async () => {
    const client = new DynamoDBClient({ region: "us-east-1" });
    const Item = itemOf({ status: "expired" });
    const refusal = new ConditionalCheckFailedException({ $metadata: {}, message: "refused", Item });
    vi.spyOn(client, "send").mockImplementation(() => Promise.reject(refusal));
    expect(await deliveryStore(client, "table").claim({ ...message, step: 1 }, testNow, 60)).toEqual({
      kind: "settled",
    });
  });

  it("is included in the statuses that a replay reads", async () => {
    const store = deliveryStore(clientOf(itemOf({ status: "expired" })), "table");
    expect(await store.statuses(endpoint_id, [delivery_id])).toEqual(new Map([[delivery_id, "expired"]]));
  });

  it("renders an attempt with an unknown error", async () => {
    const item = { ...toAttemptItem(message, aDeliveryAttempt(1)), error: { S: "quic" } };
    const [attempt] = await deliveryStore(clientOf(item), "table").attempts(endpoint_id, delivery_id);
    expect(attempt && renderAttempt(attempt)).toMatchObject({ error: "quic" });
  });
});

describe("replay with an unknown status or scope of a later release", () => {
  it("is rendered with its status, and is active only with a known one", async () => {
    const paused = await replayFrom({ status: "paused" });
    expect(paused && renderReplay(paused).status).toBe("paused");
    expect(paused && isReplayActive(paused, testNow)).toBe(false);
  });

  it("is stopped, and sends nothing, when its scope is unknown", async () => {
    const { ports: deliveryPorts, deliveries, scheduled } = await deliveryFixture();
    const replays = memoryReplays();
    const unknown = await replayFrom({ only: "expired" });
    if (unknown === null) throw new Error("The replay is missing.");
    await replays.save(unknown);
    const ports = {
      ...deliveryPorts,
      deliveries,
      replays,
      events: memoryEvents([]),
      replayQueue: { send: async () => {} },
    };
    expect(await runReplayStep(ports, replay)).toBe("stopped");
    expect(scheduled).toEqual([]);
  });
});

it.each([{ reason: "Not a word" }, { reason: "" }, { reason: 7 }])(
  "parseEndpointItem throws for a disabled reason that no release writes: %j",
  (over) => {
    const item = { ...toEndpointItem(anEndpoint()), ...marshall({ disabled: { at: testNow.toISOString(), ...over } }) };
    expect(() => parseEndpointItem(item)).toThrow("has no valid disabled");
  },
);
