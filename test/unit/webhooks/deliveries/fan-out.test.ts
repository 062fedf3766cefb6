import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type DeliveryMessage, deliveryIdOf, deliveryTime } from "#shared/webhooks/deliveries/delivery.ts";
import { fanOut, maxMessages } from "#shared/webhooks/deliveries/fan-out.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { aSequencedEvent } from "#test/support/events/sequenced-events.ts";
import { failOnDamage, memoryEndpoints } from "#test/support/memory/webhooks.ts";

const idOf = (digit: string) => `wh_${digit.repeat(32)}`;

/** Creates ports with these endpoints, and a queue that accepts every message until a test mocks it. */
async function createPorts(...endpoints: readonly Endpoint[]) {
  const store = memoryEndpoints();
  for (const endpoint of endpoints) await store.create(endpoint, anEvent());
  const sent: DeliveryMessage[] = [];
  const queue = {
    send: vi.fn(async (messages: readonly DeliveryMessage[], _: number): Promise<readonly DeliveryMessage[]> => {
      sent.push(...messages);
      return [];
    }),
  };
  const now = () => testNow;
  return { ports: { endpoints: new EndpointCache(store, now, failOnDamage), queue, now }, store, sent, queue };
}

const anEventOf = (entity_id: string, over: Partial<ActivityEvent> = {}) =>
  aSequencedEvent({ entity_id, event_id: `evt_${entity_id}`, ...over });

describe("fanOut", () => {
  it("enqueues one message with the key of the event and its sequence", async () => {
    const { ports, sent, queue } = await createPorts(anEndpoint());
    expect(await fanOut(ports, [aSequencedEvent()])).toEqual({ begun: 1, failed: new Set() });
    expect(sent).toEqual([aDeliveryMessage()]);
    expect(queue.send).toHaveBeenCalledExactlyOnceWith(sent, 0);
  });

  it("enqueues one message with its own id for each subscribed endpoint", async () => {
    const { ports, sent } = await createPorts(
      anEndpoint({ endpoint_id: idOf("1") }),
      anEndpoint({ endpoint_id: idOf("2"), events: ["invoice.*"] }),
      anEndpoint({ endpoint_id: idOf("3"), events: ["*.voided", "bill.*"] }),
      anEndpoint({ endpoint_id: idOf("4"), entity_id: "inv_other" }),
      anEndpoint({ endpoint_id: idOf("5"), entity_id: "inv_8c3f1a9b", events: ["*.sent", "*"] }),
      anEndpoint({ endpoint_id: idOf("6"), org_id: "org_other" }),
    );
    expect((await fanOut(ports, [aSequencedEvent()])).begun).toBe(3);
    expect(sent.map(({ endpoint_id }) => endpoint_id)).toEqual([idOf("1"), idOf("2"), idOf("5")]);
    expect(new Set(sent.map(({ delivery_id }) => delivery_id)).size).toBe(3);
  });

  it("holds a bounded number of messages at the same time, and reports the events of those that are not sent", async () => {
    const { ports, queue } = await createPorts(
      ...["1", "2", "3"].map((digit) => anEndpoint({ endpoint_id: idOf(digit) })),
    );
    const count = maxMessages;
    const events = Array.from({ length: count }, (_, at) => anEventOf(`inv_${at}`));
    const ids = new Set<string>();
    queue.send.mockImplementation(async (messages) => {
      expect(messages.length).toBeLessThanOrEqual(maxMessages);
      for (const { delivery_id } of messages) ids.add(delivery_id);
      return messages.filter(({ event, endpoint_id }) => event?.entity_id === "inv_4711" && endpoint_id === idOf("2"));
    });
    const { begun, failed } = await fanOut(ports, events);
    expect([begun, [...failed]]).toEqual([3 * count - 1, [events[4711]]]);
    expect(ids.size).toBe(3 * count);
    expect(queue.send).toHaveBeenCalledTimes(4);
  });

  it("skips events that were recorded more than five minutes before an endpoint was created", async () => {
    const created = Date.parse(aSequencedEvent().recorded_at);
    const at = (afterMs: number) => new Date(created + afterMs).toISOString();
    const { ports, sent } = await createPorts(
      anEndpoint({ endpoint_id: idOf("1"), created_at: at(5 * 60_000) }),
      anEndpoint({ endpoint_id: idOf("2"), created_at: at(5 * 60_000 + 1) }),
    );
    expect((await fanOut(ports, [aSequencedEvent()])).begun).toBe(1);
    expect(sent.map(({ endpoint_id }) => endpoint_id)).toEqual([idOf("1")]);
  });

  it("skips events whose writer wants no notification, but not their neighbours", async () => {
    const { ports, sent } = await createPorts(anEndpoint());
    const quiet = anEventOf("inv_quiet", { notify: "no" });
    expect(await fanOut(ports, [quiet, aSequencedEvent(), quiet])).toEqual({ begun: 1, failed: new Set() });
    expect(sent).toEqual([aDeliveryMessage()]);
  });

  it("sends events only to endpoints of their organisation", async () => {
    const { ports, sent } = await createPorts(
      anEndpoint({ org_id: "org_a", endpoint_id: idOf("a") }),
      anEndpoint({ org_id: "org_b", endpoint_id: idOf("b") }),
    );
    await fanOut(ports, [
      aSequencedEvent({ org_id: "org_b" }),
      aSequencedEvent({ org_id: "org_c" }),
      aSequencedEvent({ org_id: "org_a" }),
    ]);
    expect(sent.map(({ org_id, endpoint_id }) => [org_id, endpoint_id])).toEqual([
      ["org_b", idOf("b")],
      ["org_a", idOf("a")],
    ]);
  });

  it("does not call the queue when no endpoint subscribes", async () => {
    const { ports, queue } = await createPorts(anEndpoint({ events: ["bill.*"] }));
    const events = [aSequencedEvent(), aSequencedEvent({ org_id: "org_without" })];
    expect(await fanOut(ports, events)).toEqual({ begun: 0, failed: new Set() });
    expect(await fanOut(ports, [])).toEqual({ begun: 0, failed: new Set() });
    expect(queue.send).not.toHaveBeenCalled();
  });

  it("creates the same delivery ids for a repeated event", async () => {
    const { ports, sent } = await createPorts(anEndpoint(), anEndpoint({ endpoint_id: idOf("1") }));
    await fanOut(ports, [aSequencedEvent()]);
    await fanOut({ ...ports, now: () => new Date(testNow.getTime() + 60_000) }, [aSequencedEvent(), aSequencedEvent()]);
    const ids = sent.map(({ delivery_id }) => delivery_id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(2);
  });

  it("includes disabled endpoints, so that their deliveries are listed", async () => {
    const { ports, sent } = await createPorts(anEndpoint({ disabled: { reason: "owner", at: testNow.toISOString() } }));
    await fanOut(ports, [aSequencedEvent()]);
    expect(sent).toHaveLength(1);
  });
});

describe("fanOut when the queue refuses messages", () => {
  const one = anEventOf("inv_1");
  const two = anEventOf("inv_2");
  const three = anEventOf("inv_3");

  it("fails only the events of refused messages", async () => {
    const { ports, queue } = await createPorts(anEndpoint());
    queue.send.mockImplementationOnce(async (messages) =>
      messages.filter(({ event }) => event?.entity_id === two.entity_id),
    );
    expect(await fanOut(ports, [one, two, three])).toEqual({ begun: 2, failed: new Set([two]) });
  });

  it("fails an event with some refused messages, and enqueues all of them again", async () => {
    const { ports, queue, sent } = await createPorts(anEndpoint(), anEndpoint({ endpoint_id: idOf("1") }));
    queue.send.mockImplementationOnce(async (messages) => messages.slice(0, 1));
    const { begun, failed } = await fanOut(ports, [one, two]);
    expect([begun, [...failed]]).toEqual([3, [one]]);
    expect(await fanOut(ports, [...failed])).toEqual({ begun: 2, failed: new Set() });
    expect(sent).toHaveLength(2);
  });
});

it("fanOut propagates the error of the endpoint store and sends nothing", async () => {
  const { ports, store, queue } = await createPorts(anEndpoint());
  vi.spyOn(store, "list").mockRejectedValueOnce(new Error("away"));
  await expect(fanOut(ports, [aSequencedEvent()])).rejects.toThrow("away");
  expect(queue.send).not.toHaveBeenCalled();
});

describe("deliveryIdOf", () => {
  const moment = fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
    .map((date) => date.toISOString());
  const word = fc.stringMatching(/^[a-z0-9_.]{1,12}$/);
  const event = fc
    .record({ org_id: word, entity_id: word, event_id: word, occurred_at: moment, recorded_at: moment })
    .map(anEvent);

  it("returns the same id, `dlv_` and 32 hexadecimal digits, for the same endpoint and event", () => {
    fc.assert(
      fc.property(word, event, (endpointId, one) => {
        expect(deliveryIdOf(endpointId, { ...one })).toBe(deliveryIdOf(endpointId, one));
        expect(deliveryIdOf(endpointId, one)).toMatch(/^dlv_[0-9a-f]{32}$/);
      }),
    );
  });

  it("returns ids that contain the time and sort by when events were recorded", () => {
    fc.assert(
      fc.property(word, event, event, (endpointId, one, other) => {
        const left = deliveryIdOf(endpointId, one);
        const right = deliveryIdOf(endpointId, other);
        if (one.recorded_at < other.recorded_at) expect(left < right).toBe(true);
        if (one.recorded_at > other.recorded_at) expect(left > right).toBe(true);
        expect(deliveryTime(left)).toBe(one.recorded_at);
      }),
    );
  });

  const changes = {
    org_id: word,
    entity_id: word,
    event_id: word,
    occurred_at: moment,
  } as const;
  it.each(["org_id", "entity_id", "event_id", "occurred_at"] as const)("returns another id for another %s", (part) => {
    fc.assert(
      fc.property(word, event, changes[part], (endpointId, one, changed) => {
        fc.pre(one[part] !== changed);
        expect(deliveryIdOf(endpointId, { ...one, [part]: changed })).not.toBe(deliveryIdOf(endpointId, one));
      }),
    );
  });

  it("(property) returns another id for another endpoint", () => {
    fc.assert(
      fc.property(word, word, event, (one, other, event) => {
        fc.pre(one !== other);
        expect(deliveryIdOf(one, event)).not.toBe(deliveryIdOf(other, event));
      }),
    );
  });
});
