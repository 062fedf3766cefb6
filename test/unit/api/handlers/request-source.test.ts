import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getRequestSource } from "#shared/api/handlers/request-source.ts";
import { buildHttpEvent } from "#test/support/api/http-event.ts";

const secret = "s3cret";
const gateway = "127.0.0.1";

const throughCloudFront = (forwardedFor: string, given = secret) =>
  buildHttpEvent("/x", {
    headers: {
      "x-activity-edge-secret": given,
      "x-activity-edge-host": "activity.example.com",
      "x-forwarded-for": forwardedFor,
    },
  });

describe("getRequestSource", () => {
  it("returns the viewer's address and host from CloudFront's headers", () => {
    const edge = { secret, isRequired: true };
    expect(getRequestSource(throughCloudFront(`203.0.113.9, ${gateway}`), edge)).toEqual({
      ip: "203.0.113.9",
      origin: "https://activity.example.com",
      bypassedEdge: false,
    });
  });

  it.each([
    ["API Gateway appended CloudFront's address", `2001:db8::7,${gateway}`, "2001:db8::7"],
    ["API Gateway did not append it", "203.0.113.9", "203.0.113.9"],
    ["CloudFront added no address", gateway, gateway],
    ["the header is empty", "", gateway],
  ])("returns the viewer's address when %s", (_, forwardedFor, ip) => {
    expect(getRequestSource(throughCloudFront(forwardedFor), { secret, isRequired: true }).ip).toBe(ip);
  });

  it("(property) never returns an address that the caller forged", () => {
    fc.assert(
      fc.property(fc.string(), (invented) => {
        const event = throughCloudFront(`${invented}, 203.0.113.9, ${gateway}`);
        expect(getRequestSource(event, { secret, isRequired: true }).ip).toBe("203.0.113.9");
      }),
    );
  });

  it.each(["", "wrong!", "s3cre", "s3cret ", "S3CRET"])(
    "returns the sender at API Gateway for the secret '%s', as bypassed if CloudFront is required",
    (given) => {
      const event = throughCloudFront("203.0.113.9", given);
      const direct = { ip: gateway, origin: "https://api.example.com" };
      expect(getRequestSource(event, { secret, isRequired: false })).toEqual({ ...direct, bypassedEdge: false });
      expect(getRequestSource(event, { secret, isRequired: true })).toEqual({ ...direct, bypassedEdge: true });
    },
  );

  it("ignores CloudFront's headers without a configured secret", () => {
    expect(getRequestSource(throughCloudFront("203.0.113.9"), null)).toEqual({
      ip: gateway,
      origin: "https://api.example.com",
      bypassedEdge: false,
    });
  });
});
