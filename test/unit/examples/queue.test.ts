import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openQueue } from "#examples/webhook-receiver/queue.ts";

const folder = mkdtempSync(join(tmpdir(), "queue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = () => join(folder, `queue-${files++}.sqlite`);

function aDelivery(delivery_id: string, occurred_at: string, entity_id = "inv_1") {
  const event = { event_id: `evt_${delivery_id}`, action: "INVOICE_SENT", entity_type: "INVOICE", occurred_at };
  const data = { ...event, entity_id, entity_ref: null, actor_user_id: null, changes: null, metadata: {} };
  return {
    event_type: "invoice.sent",
    delivery_id,
    sequence: null,
    sealed_at: null,
    org_id: "org_1",
    occurred_at,
    data,
  };
}

const first = aDelivery("first", "2026-05-11T08:30:12Z");
const second = aDelivery("second", "2026-05-11T08:30:12.001Z");
const other = aDelivery("other", "2026-05-11T09:00:00Z", "inv_2");

describe("openQueue", () => {
  it("returns the oldest event first, in whatever order deliveries were added", () => {
    const queue = openQueue(newFile());
    for (const delivery of [other, second, first]) queue.add(delivery);
    const order = [first, second, other].map((expected) => {
      const next = queue.next(0);
      queue.finish(expected.delivery_id);
      return next?.payload.delivery_id;
    });
    expect(order).toEqual(["first", "second", "other"]);
    expect(queue.next(0)).toBeNull();
  });

  it("ignores a delivery that it knows, also after that was processed", () => {
    const queue = openQueue(newFile());
    queue.add(first);
    queue.add(first);
    queue.finish("first");
    queue.add(first);
    expect(queue.next(0)).toBeNull();
  });

  it("holds back later events of a document, and no others, while an older one waits for a retry", () => {
    const queue = openQueue(newFile());
    for (const delivery of [first, second, other]) queue.add(delivery);
    queue.defer("first", 1_000);
    expect(queue.next(999)).toEqual({ payload: other, failures: 0 });
    queue.finish("other");
    expect(queue.next(999)).toBeNull();
    expect(queue.next(1_000)).toEqual({ payload: first, failures: 1 });
  });

  it("continues with the document when a delivery is given up", () => {
    const queue = openQueue(newFile());
    for (const delivery of [first, second]) queue.add(delivery);
    queue.fail("first");
    expect(queue.next(0)).toEqual({ payload: second, failures: 0 });
  });

  it("keeps what was added when the file is opened again", () => {
    const file = newFile();
    openQueue(file).add(first);
    expect(openQueue(file).next(0)).toEqual({ payload: first, failures: 0 });
  });
});
