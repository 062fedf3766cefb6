import { describe, expect, it } from "vitest";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const named = (name: string, facts: object = {}) => Object.assign(new Error("secret detail"), { name, ...facts });

describe("mapTransientErrors", () => {
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
  ])("throws unavailable without the details of %o", async (error) => {
    const unavailable = await catchRejection(mapTransientErrors(Promise.reject(error)));
    expect(unavailable).toMatchObject({ code: "unavailable", context: { retryAfter: 2 }, cause: error });
    expect(unavailable.message).not.toContain("secret");
  });

  it.each([
    named("ValidationException"),
    named("AccessDeniedException"),
    named("ResourceNotFoundException"),
    named("ConditionalCheckFailedException"),
    named("Error", { code: "ENOENT" }),
    "not an error",
  ])("throws other errors unchanged: %o", async (error) => {
    await expect(mapTransientErrors(Promise.reject(error))).rejects.toBe(error);
  });

  it("returns the result of the call", async () => expect(await mapTransientErrors(Promise.resolve(5))).toBe(5));
});
