import { describe, expect, it } from "vitest";
import { invalidValue } from "#shared/api/http/parameters.ts";
import { queryParameter } from "#shared/api/operations/parameter.ts";
import { parseParameters, parseValues, queryNames } from "#shared/api/operations/parse-parameters.ts";
import { catchError } from "#test/support/catch-error.ts";

const limit = queryParameter({
  name: "limit",
  schema: { type: "integer" },
  parse: (text) => {
    if (text === "0") throw invalidValue("limit", "limit must be positive.");
    return text === null ? 50 : Number(text);
  },
});
const search = queryParameter({ name: "search", schema: { type: "string" }, parse: (text) => text });
const organisation = { name: "org", in: "query", schema: { type: "string" } } as const;
const header = { name: "X-Org", in: "header", schema: { type: "string" } } as const;
const parameters = [header, organisation, limit, search] as const;

const parse = (query: string) => parseParameters(new URLSearchParams(query), parameters);

describe("parseParameters", () => {
  it("returns the parsed values by name, and defaults", () => {
    expect(parse("limit=7&search=a")).toEqual({ limit: 7, search: "a" });
    expect(parse("")).toEqual({ limit: 50, search: null });
  });

  it("accepts parameters that it does not parse, also repeated", () => {
    expect(parse("org=a&org=a")).toEqual({ limit: 50, search: null });
  });

  it.each([
    ["limt=1", "limt", "Unknown parameter 'limt'. Did you mean limit?"],
    ["X-Org=a", "X-Org", "Unknown parameter 'X-Org'. Did you mean org?"],
    ["limit=1&limit=1", "limit", "The parameter limit is given more than once. Send it once."],
    ["limit=0", "limit", "limit must be positive."],
  ])("throws for %s", (query, field, message) => {
    const error = catchError(() => parse(query));
    expect([error.code, error.context.field, error.message]).toEqual(["invalid_value", field, message]);
  });

  it("reports the known names in their order", () => {
    expect(catchError(() => parse("x=1")).context.details).toEqual({ valid: ["org", "limit", "search"] });
    expect(queryNames(parameters)).toEqual(["org", "limit", "search"]);
  });
});

it("parseValues ignores unknown parameters", () => {
  expect(parseValues(new URLSearchParams("x=1&limit=2"), parameters)).toEqual({ limit: 2, search: null });
});
