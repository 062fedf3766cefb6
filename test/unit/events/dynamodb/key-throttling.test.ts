import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { isKeyThrottled } from "#shared/platform/dynamodb/transient-errors.ts";

const unavailable = (name: string, fields: object = {}) =>
  new ActivityError("unavailable", "busy", { cause: Object.assign(new Error("detail"), { name, ...fields }) });

describe("isKeyThrottled", () => {
  it.each([
    ["ProvisionedThroughputExceededException", {}],
    ["ProvisionedThroughputExceededException", { ThrottlingReasons: [] }],
    ["ThrottlingException", { throttlingReasons: [{ reason: "IndexWriteKeyRangeThroughputExceeded" }] }],
    [
      "ProvisionedThroughputExceededException",
      { ThrottlingReasons: [{ reason: "TableWriteKeyRangeThroughputExceeded", resource: "arn" }] },
    ],
    [
      "ThrottlingException",
      {
        throttlingReasons: [
          { reason: "TableWriteKeyRangeThroughputExceeded" },
          { reason: "IndexWriteKeyRangeThroughputExceeded" },
        ],
      },
    ],
  ])("returns true for %s %j", (name, fields) => expect(isKeyThrottled(unavailable(name, fields))).toBe(true));

  it.each([
    ["ThrottlingException", { throttlingReasons: [{ reason: "TableWriteAccountLimitExceeded" }] }],
    ["ThrottlingException", { throttlingReasons: [{ reason: "TableWriteMaxOnDemandThroughputExceeded" }] }],
    [
      "ProvisionedThroughputExceededException",
      {
        ThrottlingReasons: [
          { reason: "TableWriteAccountLimitExceeded" },
          { reason: "IndexWriteKeyRangeThroughputExceeded" },
        ],
      },
    ],
    ["ThrottlingException", {}],
    ["ThrottlingException", { throttlingReasons: [] }],
    ["RequestLimitExceeded", {}],
    ["InternalServerError", {}],
    ["TimeoutError", {}],
    ["TransactionConflictException", {}],
  ])("returns false for %s %j, which no organisation causes", (name, fields) =>
    expect(isKeyThrottled(unavailable(name, fields))).toBe(false),
  );

  it("returns false for an error that is not transient", () => {
    expect(isKeyThrottled(new Error("defect"))).toBe(false);
    expect(isKeyThrottled(new ActivityError("conflict", "other content"))).toBe(false);
    expect(isKeyThrottled(null)).toBe(false);
  });
});
