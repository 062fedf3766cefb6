import { describe, expect, it } from "vitest";
import { redactHeaderValues } from "#shared/webhooks/sending/redact.ts";
import { aSendResult } from "#test/support/builders.ts";

const sent = { "X-Api-Key": 'k"ey-123456', Authorization: "Bearer token-abcdef", "X-Env": "prod" };

describe("redactHeaderValues", () => {
  const bodyOf = (body: string, body_truncated = false) =>
    redactHeaderValues(aSendResult({ body, body_truncated }), sent).body;

  it("replaces values that a response repeats, in its body and its headers", () => {
    const exchange = aSendResult({ status: 401, headers: { "x-got": 'k"ey-123456!' }, body: 'bad k"ey-123456' });
    expect(redactHeaderValues(exchange, sent)).toEqual({ ...exchange, headers: { "x-got": "…!" }, body: "bad …" });
  });

  it.each([
    ['{"x-api-key":"k\\"ey-123456"}', '{"x-api-key":"…"}'],
    ["Authorization: Bearer token-abcdef", "Authorization: …"],
    ["Unknown token token-abcdef", "Unknown token …"],
    ["token-abcdeftoken-abcdef", "……"],
    ["Bearer of prod", "Bearer of prod"],
    ["nothing of it", "nothing of it"],
  ])("turns %j into %j", (body, expected) => expect(bodyOf(body)).toBe(expected));

  it.each([
    ["PHP", "Basic dXNlc\\/jpw\\/YXNz+w=="],
    ["Go", "Basic dXNlc/jpw/YXNz+w=="],
    [".NET", "Basic dXNlc/jpw/YXNz\\u002Bw=="],
    ["a URL", "Basic%20dXNlc%2Fjpw%2FYXNz%2Bw%3D%3D"],
    ["a form", "Basic+dXNlc%2Fjpw%2FYXNz%2Bw%3D%3D"],
  ])("replaces a value in the encoding of %s", (_, body) => {
    const exchange = aSendResult({ body: `bad ${body}` });
    const { body: shown } = redactHeaderValues(exchange, { Authorization: "Basic dXNlc/jpw/YXNz+w==" });
    expect(shown).toBe("bad …");
  });

  it("replaces the beginning of a value when the text was truncated", () => {
    expect(bodyOf("bad token-ab", true)).toBe("bad …");
    expect(bodyOf("bad Bearer token-abcde", true)).toBe("bad …");
    expect(bodyOf("bad tok", true)).toBe("bad tok");
    expect(bodyOf("bad token-ab")).toBe("bad token-ab");
    const headers = { "x-got": `${"x".repeat(1_014)} token-abc` };
    const { headers: shown } = redactHeaderValues(aSendResult({ headers }), sent);
    expect(shown).toEqual({ "x-got": `${"x".repeat(1_014)} …` });
  });

  it("returns responses to endpoints without headers unchanged", () => {
    const exchange = aSendResult({ body: "token-abcdef" });
    expect(redactHeaderValues(exchange, {})).toBe(exchange);
  });
});
