import { describe, expect, it } from "vitest";
import {
  formattedResponse,
  negotiateErrorFormat,
  negotiateFormat,
} from "#shared/api/simplybooks/format/negotiate-format.ts";
import { catchError } from "#test/support/catch-error.ts";

const asking = (query: string, accept?: string) => ({ query: new URLSearchParams(query), headers: { accept } });

describe("negotiateFormat, Accept", () => {
  it.each([
    [undefined, "xml"],
    ["", "xml"],
    ["*/*", "xml"],
    ["text/html", "xml"],
    ["application/xml", "xml"],
    ["text/xml", "xml"],
    ["application/json", "json"],
    ["Application/JSON", "json"],
    ["application/json; charset=utf-8", "json"],
    ["text/html, application/json", "json"],
    ["application/json, */*;q=0.8", "json"],
    ["application/json,application/xml", "xml"],
    ["application/json, text/xml;q=0.9", "json"],
    ["application/json;q=0.5, application/xml;q=0.9", "xml"],
    ["application/json;q=0.9, application/xml;q=0.5", "json"],
    ["application/json ; Q=0.9 , text/xml ; Q=0.5", "json"],
    ["application/json;q=0.4, text/xml;q=0.1, application/xml;q=0.8", "xml"],
    ["application/json;q=0.001", "json"],
    ["application/json;q=0", "xml"],
    ["application/json;q=0, application/xml;q=0", "xml"],
    ["application/json;q=x", "xml"],
    ["application/json;q=-1", "xml"],
    ["application/json;charset=utf-8;q=0.1, application/xml;q=0.2", "xml"],
    ["application/jsonp", "xml"],
    ["application/ld+json", "xml"],
    ["xapplication/json", "xml"],
    [",,;;,", "xml"],
  ])("%s selects %s", (accept, format) => {
    expect(negotiateFormat(asking("", accept))).toBe(format);
    expect(negotiateErrorFormat(asking("", accept))).toBe(format);
  });

  it("is parsed in linear time", () => {
    expect(negotiateFormat(asking("", `${"text/html,".repeat(5_000)}application/json`))).toBe("json");
  });
});

describe("negotiateFormat, format parameter", () => {
  it.each([
    ["format=json", undefined, "json"],
    ["format=xml", undefined, "xml"],
    ["format=json", "application/xml", "json"],
    ["format=xml", "application/json", "xml"],
    ["format=json", "application/json;q=0", "json"],
    ["take=1&format=json&skip=2", "*/*", "json"],
  ])("%s takes precedence over %s", (query, accept, format) => {
    expect(negotiateFormat(asking(query, accept))).toBe(format);
    expect(negotiateErrorFormat(asking(query, accept))).toBe(format);
  });

  it.each([
    "format=",
    "format=JSON",
    "format=yaml",
    "format=csv",
    "format=json%20",
    "format=json,xml",
    "format=toString",
    "format=json&format=json",
    "format=json&format=xml",
    `format=${"x".repeat(5_000)}`,
  ])("refuses %s", (query) => {
    const { code, context, message } = catchError(() => negotiateFormat(asking(query, "application/json")));
    expect([code, context.field]).toEqual(["invalid_value", "format"]);
    expect(message.length).toBeLessThan(200);
  });

  it.each(["FORMAT=json", "Format=json", "f=json"])("ignores %s", (query) => {
    expect(negotiateFormat(asking(query))).toBe("xml");
  });
});

describe("negotiateErrorFormat", () => {
  it.each([
    ["format=yaml", undefined, "xml"],
    ["format=yaml", "application/json", "json"],
    ["format=", "application/json", "json"],
    ["format=json&format=xml", "application/xml", "json"],
    ["format=yaml&format=json", undefined, "xml"],
  ])("%s and %s return %s", (query, accept, format) =>
    expect(negotiateErrorFormat(asking(query, accept))).toBe(format),
  );
});

describe("formattedResponse", () => {
  it.each([
    ["xml", "application/xml; charset=utf-8"],
    ["json", "application/json; charset=utf-8"],
  ] as const)("in %s has its content type", (format, type) => {
    expect(formattedResponse(format, "body")).toEqual({ status: 200, headers: { "content-type": type }, body: "body" });
    expect(formattedResponse(format, "", 404)).toEqual({ status: 404, headers: { "content-type": type }, body: "" });
  });
});
