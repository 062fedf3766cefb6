import { describe, expect, it } from "vitest";
import { parseEndpointSettings } from "#shared/api/webhooks/operations/create-webhook-endpoint.ts";
import { parseReplayRequest } from "#shared/api/webhooks/operations/replay-webhook-events.ts";
import { assertEmptyBody } from "#shared/api/webhooks/operations/retry-webhook-delivery.ts";
import { parseOverlapSeconds } from "#shared/api/webhooks/operations/rotate-webhook-secret.ts";
import { parseTestEventType } from "#shared/api/webhooks/operations/test-webhook-endpoint.ts";
import { parseEndpointPatch } from "#shared/api/webhooks/operations/update-webhook-endpoint.ts";
import type { ErrorCode } from "#shared/errors.ts";
import { testNow } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const url = "https://hooks.example.com/in";

describe("parseEndpointSettings", () => {
  it("requires a URL and filters, and has defaults for the rest", () => {
    expect(parseEndpointSettings({ url, events: ["invoice.*"] })).toEqual({
      url,
      events: ["invoice.*"],
      entity_id: null,
      description: null,
      enabled: true,
      headers: null,
    });
  });

  it("accepts all fields", () => {
    const headers = { "X-Api-Key": "abc", Authorization: "Bearer abc" };
    const whole = { url, events: ["*"], entity_id: "inv/1 №", description: "Ledger", enabled: false, headers };
    expect(parseEndpointSettings(whole)).toEqual(whole);
  });

  it("removes duplicate filters", () => {
    expect(parseEndpointSettings({ url, events: ["*", "invoice.*", "*"] }).events).toEqual(["*", "invoice.*"]);
  });

  const good = { url, events: ["*"] };
  it.each<[unknown, ErrorCode, string | undefined]>([
    [undefined, "required_field", "url"],
    [{}, "required_field", "url"],
    [{ url }, "required_field", "events"],
    [{ events: ["*"] }, "required_field", "url"],
    [null, "invalid_value", undefined],
    [[good], "invalid_value", undefined],
    ["text", "invalid_value", undefined],
    [{ ...good, url: null }, "invalid_value", "url"],
    [{ ...good, url: 7 }, "invalid_value", "url"],
    [{ ...good, events: [] }, "invalid_value", "events"],
    [{ ...good, events: "*" }, "invalid_value", "events"],
    [{ ...good, events: null }, "invalid_value", "events"],
    [{ ...good, events: ["*", 7] }, "invalid_value", "events"],
    [{ ...good, events: ["invoice"] }, "invalid_value", "events"],
    [{ ...good, events: Array(51).fill("*") }, "invalid_value", "events"],
    [{ ...good, entity_id: "" }, "invalid_value", "entity_id"],
    [{ ...good, entity_id: "x".repeat(257) }, "invalid_value", "entity_id"],
    [{ ...good, entity_id: "a\u0000b" }, "invalid_value", "entity_id"],
    [{ ...good, description: "x".repeat(257) }, "invalid_value", "description"],
    [{ ...good, description: "two\nlines" }, "invalid_value", "description"],
    [{ ...good, description: "\ud800" }, "invalid_value", "description"],
    [{ ...good, enabled: "yes" }, "invalid_value", "enabled"],
    [{ ...good, enabled: null }, "invalid_value", "enabled"],
    [{ ...good, headers: [] }, "invalid_value", "headers"],
    [{ ...good, headers: ["X-A: b"] }, "invalid_value", "headers"],
    [{ ...good, headers: "X-A: b" }, "invalid_value", "headers"],
    [{ ...good, headers: { "X-A": 7 } }, "invalid_value", "headers"],
    [{ ...good, headers: { "X-A": null } }, "invalid_value", "headers"],
    [{ ...good, headers: { Host: "evil.example" } }, "invalid_value", "headers"],
    [{ ...good, secret: "whsec_mine" }, "invalid_value", "secret"],
    [{ ...good, endpoint_id: "wh_1" }, "invalid_value", "endpoint_id"],
    [{ ...good, org_id: "org_b" }, "invalid_value", "org_id"],
  ])("refuses %j", (body, code, field) => {
    const error = catchError(() => parseEndpointSettings(body));
    expect([error.code, error.context.field]).toEqual([code, field]);
    expect(error.message.length).toBeLessThan(250);
  });

  it.each([
    "client_certificate",
    "clientCert",
    "certificate",
    "client_key",
    "private_key",
    "pem",
    "mtls",
    "tls",
    "pkcs12",
  ])("refuses client certificates as unsupported with %s", (field) => {
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    for (const read of [
      () => parseEndpointSettings({ ...good, [field]: pem }),
      () => parseEndpointPatch({ [field]: pem }),
    ]) {
      const { code, context, message } = catchError(read);
      expect([code, context.field]).toEqual(["invalid_value", field]);
      expect(message).toMatch(/^Client certificates are not supported\. .* headers .*\.$/);
    }
  });

  it("shortens a long unknown name in the error", () => {
    const { message, context } = catchError(() => parseEndpointSettings({ ...good, ["x".repeat(10_000)]: 1 }));
    expect(message.length + (context.field?.length ?? 0)).toBeLessThan(250);
  });
});

describe("parseEndpointPatch", () => {
  it.each([undefined, {}])("accepts an empty patch: %j", (body) => expect(parseEndpointPatch(body)).toEqual({}));

  it.each([
    { url },
    { events: ["*.voided"] },
    { entity_id: null },
    { entity_id: "inv_1" },
    { description: null },
    { headers: { "X-Api-Key": "abc" } },
    { headers: null },
    { enabled: false },
  ])("returns only the changed fields: %j", (body) => expect(parseEndpointPatch(body)).toEqual(body));

  it.each([
    [{ url: null }, "url"],
    [{ events: [] }, "events"],
    [{ events: ["foo.*"] }, "events"],
    [{ enabled: null }, "enabled"],
    [{ status: "disabled" }, "status"],
  ])("refuses %j", (body, field) => {
    expect(catchError(() => parseEndpointPatch(body)).context.field).toBe(field);
  });
});

describe("parseOverlapSeconds", () => {
  it.each([
    [undefined, 86_400],
    [{}, 86_400],
    [{ overlap_seconds: 0 }, 0],
    [{ overlap_seconds: 604_800 }, 604_800],
  ])("%j returns %i seconds", (body, seconds) => expect(parseOverlapSeconds(body)).toBe(seconds));

  it.each([-1, 604_801, 1.5, "60", null, 1e300, true])("refuses %j", (overlap_seconds) => {
    const { code, context } = catchError(() => parseOverlapSeconds({ overlap_seconds }));
    expect([code, context.field]).toEqual(["invalid_value", "overlap_seconds"]);
  });
});

it("parseTestEventType returns invoice.sent by default", () => {
  expect([
    parseTestEventType(undefined),
    parseTestEventType({}),
    parseTestEventType({ event_type: "bill.paid" }),
  ]).toEqual(["invoice.sent", "invoice.sent", "bill.paid"]);
  expect(catchError(() => parseTestEventType({ event_type: 7 })).context.field).toBe("event_type");
});

it("assertEmptyBody refuses any field", () => {
  assertEmptyBody(undefined);
  assertEmptyBody({});
  expect(catchError(() => assertEmptyBody({ cycle: 1 })).context.field).toBe("cycle");
});

describe("parseReplayRequest", () => {
  const since = "2026-05-11T08:30:12Z";
  const range = { since: "2026-05-11T08:30:12.000Z", until: testNow.toISOString(), events: null, only: "failed" };

  it("requires since, and selects failed deliveries until now by default", () => {
    expect(parseReplayRequest({ since }, testNow)).toEqual({ range, isDryRun: false });
  });

  it("accepts all fields", () => {
    const body = { since, until: "2026-05-12", events: ["*"], only: "all", dry_run: true };
    expect(parseReplayRequest(body, testNow)).toEqual({
      range: { ...range, until: "2026-05-12T23:59:59.999Z", events: ["*"], only: "all" },
      isDryRun: true,
    });
  });

  it.each<[unknown, ErrorCode, string]>([
    [undefined, "required_field", "since"],
    [{ until: since }, "required_field", "since"],
    [{ since: "yesterday" }, "invalid_value", "since"],
    [{ since: 1_780_000_000 }, "invalid_value", "since"],
    [{ since, until: "" }, "invalid_value", "until"],
    [{ since, until: null }, "invalid_value", "until"],
    [{ since, events: [] }, "invalid_value", "events"],
    [{ since, events: ["foo.sent"] }, "invalid_value", "events"],
    [{ since, until: "2026-05-10" }, "invalid_value", "since"],
    [{ since: "7d" }, "invalid_value", "since"],
    [{ since, only: "succeeded" }, "invalid_value", "only"],
    [{ since, dry_run: "true" }, "invalid_value", "dry_run"],
    [{ since, endpoint_id: "wh_1" }, "invalid_value", "endpoint_id"],
  ])("refuses %j", (body, code, field) => {
    const error = catchError(() => parseReplayRequest(body, testNow));
    expect([error.code, error.context.field]).toEqual([code, field]);
  });
});
