import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { scheduledAttemptKey } from "#shared/platform/dynamodb/keys.ts";
import { fromAttemptItem, toAttemptItem } from "#shared/webhooks/deliveries/dynamodb/attempt-item.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { parseEndpointItem, toEndpointItem } from "#shared/webhooks/endpoints/dynamodb/endpoint-item.ts";
import { endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { aDeliveryMessage, anEndpoint } from "#test/support/builders.ts";
import { aDeliveryAttempt, secondsLater } from "#test/support/webhooks/delivery-builders.ts";

const delivery = aDeliveryMessage();
const text = fc.string({ unit: "grapheme" });

describe("an endpoint's item", () => {
  it("gives the endpoint back", () => {
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
    "without %s is a fault that names the item",
    (field) => {
      const { [field]: _, ...damaged } = toEndpointItem(anEndpoint());
      const { org_id, endpoint_id } = anEndpoint();
      const name = `Item webhooks#${org_id} endpoint#${endpoint_id}`;
      expect(() => parseEndpointItem(damaged)).toThrow(`${name} has no valid ${field}.`);
    },
  );
});

it("an endpoint's item is read though a later release added an attribute", () => {
  const item = { ...toEndpointItem(anEndpoint()), added_later: { M: { a: { S: "b" } } } };
  expect(parseEndpointItem(item)).toEqual(anEndpoint());
});

describe("the headers in an endpoint's item", () => {
  it("are absent where there are none, so that it is the item of the release before", () => {
    expect(toEndpointItem(anEndpoint())).not.toHaveProperty("headers");
  });

  it("are read only whole", () => {
    const damaged = { ...toEndpointItem(anEndpoint()), headers: { M: { names: { L: [] } } } };
    expect(() => parseEndpointItem(damaged)).toThrow(/has no valid headers/);
  });
});

describe("an attempt's item", () => {
  it("gives the attempt back, its headers in order", () => {
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

  it.each(["{", "[]", '{"a":1}'])("whose headers are %s is a fault that names it", (headers) => {
    const damaged = { ...toAttemptItem(delivery, aDeliveryAttempt(7)), headers: { S: headers } };
    expect(() => fromAttemptItem(damaged)).toThrow(/^Item delivery#wh_.* attempt#000007 has no valid headers/);
  });
});

describe("keys", () => {
  it("of attempts are in the order of their numbers", () => {
    const keys = [9, 10, 100, 1_000].map((number) => toAttemptItem(delivery, aDeliveryAttempt(number)).sk?.S ?? "");
    expect([...keys].reverse().sort()).toEqual(keys);
  });

  it("of what is due are in the order of time, and differ for each attempt", () => {
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

describe("DynamoDB may forget", () => {
  const day = 24 * 3600;
  const now = secondsLater(0);
  const seconds = now.getTime() / 1000;

  /** When the items that a call writes may go, in seconds after now; `undefined` for those that may not. */
  async function kept(call: (client: DynamoDBClient) => Promise<unknown>, stands = stored) {
    const client = new DynamoDBClient({ region: "us-east-1" });
    const send = vi.spyOn(client, "send").mockImplementation(() => Promise.resolve({ Attributes: stands }));
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
  const context = { last_attempt_at: null, last_status: null, last_error: null, next_attempt_at: null };
  const begun = { ...identity, ...context, status: "pending", reason: null, attempts: 1, created_at: "x" } as const;
  const stored = marshall(begun);

  it("deliveries thirty days after their last attempt began", async () => {
    expect(await kept((client) => deliveryStore(client, "t").claim(delivery, now, 60))).toEqual([30 * day]);
    expect(await kept((client) => deliveryStore(client, "t").recordScheduled(delivery, now, "x"))).toEqual([30 * day]);
  });

  it("attempts thirty days after they were made", async () => {
    const attempt = aDeliveryAttempt(1, { at: now.toISOString() });
    expect(await kept((client) => deliveryStore(client, "t").record(begun, attempt))).toEqual([30 * day, undefined]);
  });

  it("what is due thirty days after its time", async () => {
    expect(await kept((client) => scheduledDeliveryStore(client, "t").add(delivery, secondsLater(600)))).toEqual([
      30 * day + 600,
    ]);
  });

  it("the health of an endpoint ninety days after the end of its last lease, or the last moment that it tells of", async () => {
    const { version, limit, available, failures, openCount } = initialHealth;
    const standing = marshall({ version, limit, vacant: available, failures, openings: openCount, leases: {} });
    const at = now.getTime();
    const lease = { id: "a", permits: 1, expiresAt: at + 60_000 };
    const learned = { ...initialHealth, last_success_at: at - 5_000, failing_since: at };
    expect(await kept((client) => endpointHealthStore(client, "t").acquire("wh_1", lease, at), standing)).toEqual([
      90 * day + 60,
    ]);
    const writing = (client: DynamoDBClient) => endpointHealthStore(client, "t").update("wh_1", initialHealth, learned);
    expect(await kept(writing, standing)).toEqual([90 * day]);
  });

  it("a replay thirty days after its last step", async () => {
    const created_at = secondsLater(-9).toISOString();
    const range = { since: created_at, until: created_at, events: null, only: "all" } as const;
    const progress = { status: "running", examined: 0, sent: 0, cursor: null, updated_at: now.toISOString() } as const;
    const replay = { replay_id: "rpl_1", org_id: "org_1", endpoint_id: "wh_1", created_at, ...range, ...progress };
    expect(await kept((client) => replayStore(client, "t").save(replay))).toEqual([30 * day]);
  });
});
