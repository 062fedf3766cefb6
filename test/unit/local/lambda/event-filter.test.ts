import { describe, expect, it } from "vitest";
import { parseEventFilter } from "#infra/local/lambda/event-filter.ts";

const record = {
  eventName: "INSERT",
  dynamodb: { NewImage: { action: { S: "INVOICE_PAID" }, tags: ["a", "b"], amount: 7, gone: null } },
};
const image = (rule: unknown) => ({ dynamodb: { NewImage: rule } });

describe("event filter", () => {
  it.each([
    [{ eventName: ["INSERT", "MODIFY"] }, true],
    [{ eventName: ["REMOVE"] }, false],
    [image({ action: { S: [{ prefix: "INVOICE_" }] } }), true],
    [image({ action: { S: [{ suffix: "_SENT" }] } }), false],
    [image({ action: { S: [{ "anything-but": ["INVOICE_PAID"] }] } }), false],
    [image({ action: { S: [{ "equals-ignore-case": "invoice_paid" }] } }), true],
    [image({ amount: [{ numeric: [">", 5, "<=", 7] }] }), true],
    [image({ amount: [{ numeric: ["<", 7] }] }), false],
    [image({ tags: ["b"] }), true],
    [image({ gone: [null] }), true],
    [image({ missing: [{ exists: false }] }), true],
    [image({ amount: [{ exists: false }] }), false],
    [{ $or: [{ eventName: ["REMOVE"] }, image({ amount: [7] })] }, true],
    [{ missing: { deeper: ["x"] } }, false],
  ])("%j: %j", (pattern, expected) => {
    expect(parseEventFilter(JSON.stringify(pattern))(record)).toBe(expected);
  });

  it("throws for an unsupported rule", () => {
    expect(() => parseEventFilter('{"a":[{"cidr":"10.0.0.0/8"}]}')).toThrow("cidr");
  });
});
