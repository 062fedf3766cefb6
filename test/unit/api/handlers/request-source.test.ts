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

describe("the caller of a request", () => {
  it("is the viewer of CloudFront, at the name that CloudFront serves", () => {
    const edge = { secret, isRequired: true };
    expect(getRequestSource(throughCloudFront(`203.0.113.9, ${gateway}`), edge)).toEqual({
      ip: "203.0.113.9",
      origin: "https://activity.example.com",
      bypassedEdge: false,
    });
  });

  it.each([
    ["API Gateway appended CloudFront's address", `2001:db8::7,${gateway}`, "2001:db8::7"],
    ["it did not", "203.0.113.9", "203.0.113.9"],
    ["there is no address of a viewer", gateway, gateway],
    ["there is no address at all", "", gateway],
  ])("is found where %s", (_, forwardedFor, ip) => {
    expect(getRequestSource(throughCloudFront(forwardedFor), { secret, isRequired: true }).ip).toBe(ip);
  });

  it("is never the address that a caller invents, whatever it sends", () => {
    fc.assert(
      fc.property(fc.string(), (invented) => {
        const event = throughCloudFront(`${invented}, 203.0.113.9, ${gateway}`);
        expect(getRequestSource(event, { secret, isRequired: true }).ip).toBe("203.0.113.9");
      }),
    );
  });

  it.each(["", "wrong!", "s3cre", "s3cret ", "S3CRET"])(
    "is the sender at API Gateway where the secret is '%s', which is refused where CloudFront is the only way",
    (given) => {
      const event = throughCloudFront("203.0.113.9", given);
      const direct = { ip: gateway, origin: "https://api.example.com" };
      expect(getRequestSource(event, { secret, isRequired: false })).toEqual({ ...direct, bypassedEdge: false });
      expect(getRequestSource(event, { secret, isRequired: true })).toEqual({ ...direct, bypassedEdge: true });
    },
  );

  it("is the sender at API Gateway where there is no edge, whatever its headers say", () => {
    expect(getRequestSource(throughCloudFront("203.0.113.9"), null)).toEqual({
      ip: gateway,
      origin: "https://api.example.com",
      bypassedEdge: false,
    });
  });
});
