import { describe, expect, it } from "vitest";
import { toJsonText } from "#shared/events/event.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { aDeliveryMessage, anEvent } from "#test/support/builders.ts";

const deliveryId = "dlv_0196be2f3a4b5c6d7e8f90a1b2c3d4e5";
const delivery = aDeliveryMessage({ delivery_id: deliveryId });

it("renderPayload keeps the order of keys and renders the event as the API does", () => {
  const event = anEvent();
  expect(renderPayload(event, delivery)).toBe(
    `{"event_type":"invoice.sent","delivery_id":"${deliveryId}","sequence":4711,` +
      `"sealed_at":"2026-05-11T08:30:12.204Z","occurred_at":"2026-05-11T08:30:12Z",` +
      `"org_id":"org_8f9a1c2d","data":${renderEvent(event)}}`,
  );
});

it("renderPayload includes fractions of seconds in both times", () => {
  const { occurred_at, data } = JSON.parse(
    renderPayload(anEvent({ occurred_at: "2026-05-11T08:30:12.050Z" }), delivery),
  );
  expect([occurred_at, data.occurred_at]).toEqual(Array(2).fill("2026-05-11T08:30:12.050Z"));
});

it("renderPayload adds the key `test` only to test deliveries", () => {
  const text = renderPayload(anEvent(), { ...delivery, event: null });
  expect(JSON.parse(text)).toEqual({ ...JSON.parse(renderPayload(anEvent(), delivery)), test: true });
  expect(
    text.startsWith(
      `{"event_type":"invoice.sent","delivery_id":"${deliveryId}","sequence":4711,"sealed_at":"2026-05-11T08:30:12.204Z","test":true,`,
    ),
  ).toBe(true);
});

describe("renderPayload", () => {
  it("renders null when the sequence is not known, and the time of sequencing with its milliseconds", () => {
    const unknown = { ...delivery, sequence: null, sealed_at: null };
    expect(JSON.parse(renderPayload(anEvent(), unknown))).toMatchObject({ sequence: null, sealed_at: null });
    const sealed_at = "2026-05-11T08:30:13.000Z";
    expect(JSON.parse(renderPayload(anEvent(), { ...delivery, sealed_at }))).toMatchObject({ sealed_at });
  });

  it("keeps the order of the writer's keys and all characters", () => {
    const metadata = toJsonText({ z: 1, a: { 2: "two", 1: "one" }, text: '„ü\u2028"\\\u0007😀' });
    const entity_ref = 'INV "7" \\ №';
    const text = renderPayload(anEvent({ metadata, entity_ref }), delivery);
    expect(text).toContain(`"metadata":${metadata},`);
    expect(JSON.parse(text).data).toMatchObject({ entity_ref, metadata: JSON.parse(metadata) });
  });

  it("returns the same text each time", () => {
    expect(renderPayload(anEvent(), delivery)).toBe(renderPayload(anEvent(), delivery));
  });
});
