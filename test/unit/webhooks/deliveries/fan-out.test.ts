import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type DeliveryMessage, deliveryIdOf, deliveryTime } from "#shared/webhooks/deliveries/delivery.ts";
import { fanOut } from "#shared/webhooks/deliveries/fan-out.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { failOnDamage, memoryEndpoints } from "#test/support/memory-webhooks.ts";

const idOf = (digit: string) => `wh_${digit.repeat(32)}`;

/** A world with these endpoints, whose queue refuses what the test says. */
async function aWorld(...endpoints: readonly Endpoint[]) {
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
  return { world: { endpoints: new EndpointCache(store, now, failOnDamage), queue, now }, store, sent, queue };
}

const anEventOf = (entity_id: string, over: Partial<ActivityEvent> = {}) =>
  anEvent({ entity_id, event_id: `evt_${entity_id}`, ...over });

describe("an event", () => {
  it("becomes one message, which says where it stands in the log", async () => {
    const { world, sent, queue } = await aWorld(anEndpoint());
    expect(await fanOut(world, [anEvent()])).toEqual({ begun: 1, failed: new Set() });
    expect(sent).toEqual([aDeliveryMessage()]);
    expect(queue.send).toHaveBeenCalledExactlyOnceWith(sent, 0);
  });

  it("becomes one message for each endpoint that wants it, with an id of its own", async () => {
    const { world, sent } = await aWorld(
      anEndpoint({ endpoint_id: idOf("1") }),
      anEndpoint({ endpoint_id: idOf("2"), events: ["invoice.*"] }),
      anEndpoint({ endpoint_id: idOf("3"), events: ["*.voided", "bill.*"] }),
      anEndpoint({ endpoint_id: idOf("4"), entity_id: "inv_other" }),
      anEndpoint({ endpoint_id: idOf("5"), entity_id: "inv_8c3f1a9b", events: ["*.sent", "*"] }),
      anEndpoint({ endpoint_id: idOf("6"), org_id: "org_other" }),
    );
    expect((await fanOut(world, [anEvent()])).begun).toBe(3);
    expect(sent.map(({ endpoint_id }) => endpoint_id)).toEqual([idOf("1"), idOf("2"), idOf("5")]);
    expect(new Set(sent.map(({ delivery_id }) => delivery_id)).size).toBe(3);
  });

  it("becomes none where its writer wants none, and its neighbours do", async () => {
    const { world, sent } = await aWorld(anEndpoint());
    const quiet = anEventOf("inv_quiet", { notify: "no" });
    expect(await fanOut(world, [quiet, anEvent(), quiet])).toEqual({ begun: 1, failed: new Set() });
    expect(sent).toEqual([aDeliveryMessage()]);
  });

  it("goes to its own organisation, also in a batch of many", async () => {
    const { world, sent } = await aWorld(
      anEndpoint({ org_id: "org_a", endpoint_id: idOf("a") }),
      anEndpoint({ org_id: "org_b", endpoint_id: idOf("b") }),
    );
    await fanOut(world, [anEvent({ org_id: "org_b" }), anEvent({ org_id: "org_c" }), anEvent({ org_id: "org_a" })]);
    expect(sent.map(({ org_id, endpoint_id }) => [org_id, endpoint_id])).toEqual([
      ["org_b", idOf("b")],
      ["org_a", idOf("a")],
    ]);
  });

  it("costs no call of the queue where nobody wants it", async () => {
    const { world, queue } = await aWorld(anEndpoint({ events: ["bill.*"] }));
    const events = [anEvent(), anEvent({ org_id: "org_without" })];
    expect(await fanOut(world, events)).toEqual({ begun: 0, failed: new Set() });
    expect(await fanOut(world, [])).toEqual({ begun: 0, failed: new Set() });
    expect(queue.send).not.toHaveBeenCalled();
  });

  it("begins the same deliveries under the same ids when it comes again", async () => {
    const { world, sent } = await aWorld(anEndpoint(), anEndpoint({ endpoint_id: idOf("1") }));
    await fanOut(world, [anEvent()]);
    await fanOut({ ...world, now: () => new Date(testNow.getTime() + 60_000) }, [anEvent(), anEvent()]);
    const ids = sent.map(({ delivery_id }) => delivery_id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(2);
  });

  it("is begun for a disabled endpoint as well, so that what it misses is listed", async () => {
    const { world, sent } = await aWorld(anEndpoint({ disabled: { reason: "owner", at: testNow.toISOString() } }));
    await fanOut(world, [anEvent()]);
    expect(sent).toHaveLength(1);
  });
});

describe("a queue that refuses messages", () => {
  const one = anEventOf("inv_1");
  const two = anEventOf("inv_2");
  const three = anEventOf("inv_3");

  it("fails their events, and only theirs", async () => {
    const { world, queue } = await aWorld(anEndpoint());
    queue.send.mockImplementationOnce(async (messages) =>
      messages.filter(({ event }) => event?.entity_id === two.entity_id),
    );
    expect(await fanOut(world, [one, two, three])).toEqual({ begun: 2, failed: new Set([two]) });
  });

  it("fails an event of which it took some; all of it comes again", async () => {
    const { world, queue, sent } = await aWorld(anEndpoint(), anEndpoint({ endpoint_id: idOf("1") }));
    queue.send.mockImplementationOnce(async (messages) => messages.slice(0, 1));
    const { begun, failed } = await fanOut(world, [one, two]);
    expect([begun, [...failed]]).toEqual([3, [one]]);
    expect(await fanOut(world, [...failed])).toEqual({ begun: 2, failed: new Set() });
    expect(sent).toHaveLength(2);
  });
});

it("ends with the trouble of who cannot be asked for endpoints, and sends nothing", async () => {
  const { world, store, queue } = await aWorld(anEndpoint());
  vi.spyOn(store, "list").mockRejectedValueOnce(new Error("away"));
  await expect(fanOut(world, [anEvent()])).rejects.toThrow("away");
  expect(queue.send).not.toHaveBeenCalled();
});

describe("the id of a delivery", () => {
  const moment = fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
    .map((date) => date.toISOString());
  const word = fc.stringMatching(/^[a-z0-9_.]{1,12}$/);
  const event = fc
    .record({ org_id: word, entity_id: word, event_id: word, occurred_at: moment, recorded_at: moment })
    .map(anEvent);

  it("is the same for the same endpoint and event, and holds no full stop", () => {
    fc.assert(
      fc.property(word, event, (endpointId, one) => {
        expect(deliveryIdOf(endpointId, { ...one })).toBe(deliveryIdOf(endpointId, one));
        expect(deliveryIdOf(endpointId, one)).toMatch(/^dlv_[0-9a-f]{32}$/);
      }),
    );
  });

  it("stands in the order in which events were recorded, and tells when", () => {
    fc.assert(
      fc.property(word, event, event, (endpointId, one, other) => {
        const [left, right] = [deliveryIdOf(endpointId, one), deliveryIdOf(endpointId, other)];
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
  it.each(["org_id", "entity_id", "event_id", "occurred_at"] as const)("is another one for another %s", (part) => {
    fc.assert(
      fc.property(word, event, changes[part], (endpointId, one, changed) => {
        fc.pre(one[part] !== changed);
        expect(deliveryIdOf(endpointId, { ...one, [part]: changed })).not.toBe(deliveryIdOf(endpointId, one));
      }),
    );
  });

  it("is another one for another endpoint", () => {
    fc.assert(
      fc.property(word, word, event, (one, other, told) => {
        fc.pre(one !== other);
        expect(deliveryIdOf(one, told)).not.toBe(deliveryIdOf(other, told));
      }),
    );
  });
});
