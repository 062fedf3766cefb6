import { describe, expect, it } from "vitest";
import { parseDeliveryQuery } from "#shared/api/webhooks/operations/list-webhook-deliveries.ts";
import { deliveryParameters } from "#shared/api/webhooks/parameters.ts";
import { catchError } from "#test/support/catch-error.ts";

const read = (query: string) => parseDeliveryQuery("wh_1", new URLSearchParams(query));
const id = "dlv_0196be2f3a4b5c6d7e8f90a1b2c3d4e5";

const everything = {
  endpoint_id: "wh_1",
  status: null,
  event_type: null,
  since: null,
  until: null,
  limit: 50,
  after: null,
};

it("parseDeliveryQuery returns the newest fifty without filters when no parameter is set", () => {
  expect(read("")).toEqual(everything);
});

it("parseDeliveryQuery takes a date as its whole day and refuses a reversed range", () => {
  const day = { since: "2026-05-01T00:00:00.000Z", until: "2026-05-01T23:59:59.999Z" };
  expect(read("since=2026-05-01&until=2026-05-01")).toMatchObject(day);
  expect(catchError(() => read("since=2026-05-02&until=2026-05-01")).context.field).toBe("since");
});

it("parseDeliveryQuery combines all filters", () => {
  const query = `status=failed&event_type=invoice.sent&since=2026-05-01&until=2026-05-31T23:59:59.9999Z&limit=7`;
  expect(read(`${query}&cursor=${id}`)).toEqual({
    endpoint_id: "wh_1",
    status: "failed",
    event_type: "invoice.sent",
    since: "2026-05-01T00:00:00.000Z",
    until: "2026-05-31T23:59:59.999Z",
    limit: 7,
    after: id,
  });
});

describe("parseDeliveryQuery, parameter", () => {
  it.each([
    ["status", ["", "Failed", "delivered", "constructor"]],
    ["event_type", ["", "invoice", "invoice.*", "*", "Invoice.Sent", "invoice.sent\n"]],
    ["since", ["", "yesterday", "2026-13-01", "24:00"]],
    ["until", ["", "1780000000"]],
    ["limit", ["", "0", "-1", "101", "1e9", "1.5", "10x"]],
    ["cursor", ["", "dlv_", id.toUpperCase(), `${id}0`, `${id}\n`, "evt_0196be2f3a4b5c6d7e8f90a1b2c3d4e5"]],
  ])("%s refuses invalid values with its name", (name, values) => {
    for (const value of values) {
      const { code, context } = catchError(() => read(new URLSearchParams({ [name]: value }).toString()));
      expect([value, code, context.field]).toEqual([value, "invalid_value", name]);
    }
  });

  it.each(deliveryParameters)("$name is refused when repeated", ({ name }) => {
    expect(catchError(() => read(`${name}=x&${name}=x`)).message).toContain("more than once");
  });

  it("status is refused with the valid values", () => {
    expect(catchError(() => read("status=x")).context.details).toEqual({ valid: ["pending", "succeeded", "failed"] });
  });
});
