import { expect, it } from "vitest";
import { type TamperRecord, toTamperLine } from "#shared/audit/tamper-line.ts";
import { testNow } from "#test/support/builders.ts";

const image = { event_id: "evt_1", org_id: "org_1", entity_id: "inv_1", text: "Paid" };

const aTamperRecord = (over: Partial<TamperRecord> = {}): TamperRecord => ({
  operation: "MODIFY",
  recordId: "rec_1",
  before: image,
  after: { ...image, text: "Unpaid" },
  principal: undefined,
  stored: new Date("2026-06-01T12:00:29.000Z"),
  sequenceNumber: "seq-1",
  now: testNow,
  ...over,
});

/** Returns the line as in the log. */
const written = (over: Partial<TamperRecord> = {}): unknown =>
  JSON.parse(JSON.stringify(toTamperLine(aTamperRecord(over))));

it("toTamperLine has all that is known of a record and omits the rest", () => {
  expect(written()).toEqual({
    time: "2026-06-01T12:00:29.000Z",
    message: "tamper",
    record_id: "rec_1",
    operation: "MODIFY",
    event_id: "evt_1",
    org_id: "org_1",
    entity_id: "inv_1",
    sequence_number: "seq-1",
    lag_ms: 1_000,
    before: image,
    after: { ...image, text: "Unpaid" },
  });
  expect(written({ operation: "REMOVE", after: undefined, principal: "dynamodb.amazonaws.com" })).toMatchObject({
    operation: "REMOVE",
    principal: "dynamodb.amazonaws.com",
    before: image,
  });
});

it("toTamperLine takes the ids from the image before, else from the one after", () => {
  expect(written({ after: { ...image, event_id: "evt_2", org_id: "org_2" } })).toMatchObject({
    event_id: "evt_1",
    org_id: "org_1",
  });
  expect(written({ operation: "INSERT", before: undefined })).toMatchObject({ event_id: "evt_1", org_id: "org_1" });
  expect(written({ before: { text: "no ids" } })).toMatchObject({ entity_id: "inv_1" });
});

it("toTamperLine omits ids that are absent or not text", () => {
  for (const after of [{ event_id: { N: "5" }, org_id: 7, entity_id: null }, {}, undefined]) {
    const line = written({ operation: "INSERT", before: undefined, after });
    for (const absent of ["event_id", "org_id", "entity_id"]) expect(line).not.toHaveProperty(absent);
    expect(line).toMatchObject({ message: "tamper", sequence_number: "seq-1" });
  }
});

it("formatTamperLine returns valid JSON with the beginning of an item that is too large", () => {
  const large = { ...image, text: "\u0001".repeat(300_000) };
  const text = JSON.stringify(toTamperLine(aTamperRecord({ before: large, after: large })));
  expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
  expect(JSON.parse(text)).toMatchObject({
    event_id: "evt_1",
    before: expect.stringMatching(/^\{"event_id".* … cut, 1800067 bytes, sha256 [0-9a-f]{64}$/s),
  });
});
