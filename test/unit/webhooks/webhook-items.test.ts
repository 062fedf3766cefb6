import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { scheduledAttemptKey } from "#shared/platform/dynamodb/keys.ts";
import { newDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import { fromAttemptItem, toAttemptItem } from "#shared/webhooks/deliveries/dynamodb/attempt-item.ts";
import { fromDeliveryItem } from "#shared/webhooks/deliveries/dynamodb/delivery-item.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { parseEndpointItem, toEndpointItem } from "#shared/webhooks/endpoints/dynamodb/endpoint-item.ts";
import { endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { aDeliveryMessage, anEndpoint } from "#test/support/builders.ts";
import { aDeliveryAttempt, secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import { aReplay } from "#test/support/webhooks/replay-fixture.ts";

const delivery = aDeliveryMessage();
const text = fc.string({ unit: "grapheme" });

describe("toEndpointItem and parseEndpointItem", () => {
  it("(property) return the endpoint that was stored", () => {
    const endpoint = fc.record(
      {
        url: text,
        events: fc.array(text),
        entity_id: fc.option(text),
        description: fc.option(text),
        secrets: fc.array(fc.record({ sealed: text, expires_at: fc.option(text) }, { noNullPrototype: true })),
        headers: fc.option(fc.record({ names: fc.array(text), sealed: text }, { noNullPrototype: true })),
        disabled: fc.option(
          fc.record({ reason: fc.constantFrom("owner", "gone", "failing"), at: text }, { noNullPrototype: true }),
        ),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(endpoint, (over) => {
        expect(parseEndpointItem(toEndpointItem(anEndpoint(over)))).toEqual(anEndpoint(over));
      }),
    );
  });

  it.each(["endpoint_id", "org_id", "url", "events", "entity_id", "secrets", "disabled", "created_at", "version"])(
    "throw an error that names the item when %s is missing",
    (field) => {
      const { [field]: _, ...damaged } = toEndpointItem(anEndpoint());
      const { org_id, endpoint_id } = anEndpoint();
      const name = `Item webhooks#${org_id} endpoint#${endpoint_id}`;
      expect(() => parseEndpointItem(damaged)).toThrow(`${name} has no valid ${field}.`);
    },
  );
});

it("parseEndpointItem ignores an attribute of a later release", () => {
  const item = { ...toEndpointItem(anEndpoint()), added_later: { M: { a: { S: "b" } } } };
  expect(parseEndpointItem(item)).toEqual(anEndpoint());
});

describe("headers of an endpoint item", () => {
  it("are absent when the endpoint has none, as in the earlier release", () => {
    expect(toEndpointItem(anEndpoint())).not.toHaveProperty("headers");
  });

  it("are rejected when incomplete", () => {
    const damaged = { ...toEndpointItem(anEndpoint()), headers: { M: { names: { L: [] } } } };
    expect(() => parseEndpointItem(damaged)).toThrow(/has no valid headers/);
  });
});

describe("toAttemptItem and fromAttemptItem", () => {
  it("(property) return the attempt that was stored, with its headers in order", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const attempt = fc.record({
      status: fc.option(fc.integer({ min: 100, max: 599 })),
      error: fc.option(fc.constantFrom("dns", "tls", "timeout", "protocol")),
      message: fc.option(text),
      headers: fc.dictionary(name, text, { noNullPrototype: true }),
      body: text,
      body_truncated: fc.boolean(),
    });
    fc.assert(
      fc.property(attempt, (over) => {
        const kept = fromAttemptItem(toAttemptItem(delivery, aDeliveryAttempt(3, over)));
        expect(kept).toEqual(aDeliveryAttempt(3, over));
        expect(Object.keys(kept.headers)).toEqual(Object.keys(over.headers));
      }),
    );
  });

  it.each(["{", "[]", '{"a":1}'])("throw an error that names the item when its headers are %s", (headers) => {
    const damaged = { ...toAttemptItem(delivery, aDeliveryAttempt(7)), headers: { S: headers } };
    expect(() => fromAttemptItem(damaged)).toThrow(/^Item delivery#wh_.* attempt#000007 has no valid headers/);
  });
});

describe("fromDeliveryItem", () => {
  it("returns null for the sequence of an item of a release without a ledger", () => {
    const { sequence: _, sealed_at: __, ...earlier } = newDelivery(delivery, secondsLater(0), null);
    expect(fromDeliveryItem(marshall(earlier))).toEqual({ ...earlier, sequence: null, sealed_at: null });
  });
});

describe("keys of items", () => {
  it("of attempts sort by number", () => {
    const keys = [9, 10, 100, 1_000].map((number) => toAttemptItem(delivery, aDeliveryAttempt(number)).sk?.S ?? "");
    expect([...keys].reverse().sort()).toEqual(keys);
  });

  it("of scheduled attempts sort by time, and differ for each attempt", () => {
    const attempt = { delivery_id: "dlv_1", cycle: 0, step: 0 };
    const keys = [
      scheduledAttemptKey(1, secondsLater(0), attempt),
      scheduledAttemptKey(1, secondsLater(0), { ...attempt, step: 1 }),
      scheduledAttemptKey(1, secondsLater(0), { ...attempt, cycle: 7 }),
      scheduledAttemptKey(1, secondsLater(1), { ...attempt, delivery_id: "dlv_0" }),
    ].map(({ sk }) => sk);
    expect([...keys].reverse().sort()).toEqual(keys);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("expiry of stored items", () => {
  const day = 24 * 3600;
  const now = secondsLater(0);
  const seconds = now.getTime() / 1000;

  /** Returns after how many seconds the items that a call writes expire; `undefined` for items without expiry. */
  async function expiriesOf(call: (client: DynamoDBClient) => Promise<unknown>, returned = stored) {
    const client = new DynamoDBClient({ region: "us-east-1" });
    const send = vi.spyOn(client, "send").mockImplementation(() => Promise.resolve({ Attributes: returned }));
    await call(client);
    return send.mock.calls.map(([{ input }]) => {
      const written = { ...("Item" in input ? input.Item : {}), ...valuesOf(input) };
      const expiry = written.expires_at_seconds ?? written[":expires_at_seconds"];
      return expiry === undefined ? undefined : Number(expiry.N) - seconds;
    });
  }
  const valuesOf = (input: object) =>
    "ExpressionAttributeValues" in input ? Object(input.ExpressionAttributeValues) : {};
  const { started_at: _, parked: __, urgent: ___, ...identity } = delivery;
  const context = {
    ...{ last_attempt_at: null, last_status: null, last_error: null },
    ...{ last_duration_ms: null, next_attempt_at: null },
  };
  const begun = { ...identity, ...context, status: "pending", reason: null, attempts: 1, created_at: "x" } as const;
  const stored = marshall(begun);

  it("is thirty days after the last attempt began, for a delivery", async () => {
    expect(await expiriesOf((client) => deliveryStore(client, "t").claim(delivery, now, 60))).toEqual([30 * day]);
    expect(await expiriesOf((client) => deliveryStore(client, "t").recordScheduled(delivery, now, "x"))).toEqual([
      30 * day,
    ]);
  });

  it("is thirty days after the attempt, for an attempt", async () => {
    const attempt = aDeliveryAttempt(1, { at: now.toISOString() });
    expect(await expiriesOf((client) => deliveryStore(client, "t").record(begun, attempt))).toEqual([
      30 * day,
      undefined,
    ]);
  });

  it("is thirty days after the due time, for a scheduled attempt", async () => {
    expect(await expiriesOf((client) => scheduledDeliveryStore(client, "t").add(delivery, secondsLater(600)))).toEqual([
      30 * day + 600,
    ]);
  });

  it("is ninety days after the end of the last lease or the last recorded time, for the health of an endpoint", async () => {
    const { version, limit, available, failures, openCount } = initialHealth;
    const storedHealth = marshall({ version, limit, vacant: available, failures, openings: openCount, leases: {} });
    const at = now.getTime();
    const lease = { id: "a", permits: 1, expiresAt: at + 60_000 };
    const recorded = { ...initialHealth, last_success_at: at - 5_000, failing_since: at };
    expect(
      await expiriesOf((client) => endpointHealthStore(client, "t").acquire("wh_1", lease, at), storedHealth),
    ).toEqual([90 * day + 60]);
    const writing = (client: DynamoDBClient) =>
      endpointHealthStore(client, "t").update("wh_1", initialHealth, recorded);
    expect(await expiriesOf(writing, storedHealth)).toEqual([90 * day]);
  });

  it("is thirty days after its last step, for a replay", async () => {
    const replay = aReplay({ created_at: secondsLater(-9).toISOString(), updated_at: now.toISOString() });
    expect(await expiriesOf((client) => replayStore(client, "t").save(replay))).toEqual([30 * day]);
  });
});
