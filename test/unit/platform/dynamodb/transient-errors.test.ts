import { describe, expect, it } from "vitest";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const named = (name: string, facts: object = {}) => Object.assign(new Error("secret detail"), { name, ...facts });

describe("trouble that passes", () => {
  it.each([
    named("ThrottlingException"),
    named("ProvisionedThroughputExceededException"),
    named("RequestLimitExceeded"),
    named("InternalServerError"),
    named("TransactionConflictException"),
    named("TimeoutError"),
    named("Error", { code: "ECONNREFUSED" }),
    named("Error", { code: "ECONNRESET" }),
    named("Error", { code: "EAI_AGAIN" }),
  ])("is worth another try: %o", async (error) => {
    const unavailable = await catchRejection(mapTransientErrors(Promise.reject(error)));
    expect(unavailable).toMatchObject({ code: "unavailable", context: { retryAfter: 2 }, cause: error });
    expect(unavailable.message).not.toContain("secret");
  });
});

describe("everything else", () => {
  it.each([
    named("ValidationException"),
    named("AccessDeniedException"),
    named("ResourceNotFoundException"),
    named("ConditionalCheckFailedException"),
    named("Error", { code: "ENOENT" }),
    "no error at all",
  ])("is thrown on as it is: %o", async (error) => {
    await expect(mapTransientErrors(Promise.reject(error))).rejects.toBe(error);
  });
});

it("lets answers through", async () => expect(await mapTransientErrors(Promise.resolve(5))).toBe(5));
