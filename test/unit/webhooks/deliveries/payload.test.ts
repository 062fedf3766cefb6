import { describe, expect, it } from "vitest";
import { renderEvent } from "#shared/api/finzbooks/render.ts";
import { jsonText } from "#shared/events/event.ts";
import { payloadOf } from "#shared/webhooks/deliveries/payload.ts";
import { anEvent } from "#test/support/builders.ts";

const deliveryId = "dlv_0196be2f3a4b5c6d7e8f90a1b2c3d4e5";

it("has the keys of the contract in its order, and the event as the log answers it", () => {
  const event = anEvent();
  expect(payloadOf(event, deliveryId)).toBe(
    `{"event_type":"invoice.sent","delivery_id":"${deliveryId}","occurred_at":"2026-05-11T08:30:12Z",` +
      `"org_id":"org_8f9a1c2d","data":${renderEvent(event)}}`,
  );
});

it("shows a fraction of a second where there is one, in both places alike", () => {
  const { occurred_at, data } = JSON.parse(payloadOf(anEvent({ occurred_at: "2026-05-11T08:30:12.050Z" }), deliveryId));
  expect([occurred_at, data.occurred_at]).toEqual(Array(2).fill("2026-05-11T08:30:12.050Z"));
});

it("says that it is a test where it is one, and has no such key otherwise", () => {
  const text = payloadOf(anEvent(), deliveryId, true);
  expect(JSON.parse(text)).toEqual({ ...JSON.parse(payloadOf(anEvent(), deliveryId)), test: true });
  expect(text.startsWith(`{"event_type":"invoice.sent","delivery_id":"${deliveryId}","test":true,`)).toBe(true);
});

describe("the bytes", () => {
  it("keep the order of the writer's keys, and every character", () => {
    const metadata = jsonText({ z: 1, a: { 2: "two", 1: "one" }, text: '„ü\u2028"\\\u0007😀' });
    const entity_ref = 'INV "7" \\ №';
    const text = payloadOf(anEvent({ metadata, entity_ref }), deliveryId);
    expect(text).toContain(`"metadata":${metadata},`);
    expect(JSON.parse(text).data).toMatchObject({ entity_ref, metadata: JSON.parse(metadata) });
  });

  it("are the same each time", () => {
    expect(payloadOf(anEvent(), deliveryId)).toBe(payloadOf(anEvent(), deliveryId));
  });
});
