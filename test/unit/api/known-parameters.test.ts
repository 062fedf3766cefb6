import { describe, expect, it } from "vitest";
import { commonParameters, knownParameters } from "#shared/api/finzbooks/query.ts";
import { basePath, findRoute } from "#shared/api/finzbooks/routes.ts";
import { routeParameters as simplybooksParameters } from "#shared/api/simplybooks/query.ts";
import { parametersOf as parametersOfWebhooks } from "#shared/api/webhooks/query.ts";
import { webhookRouteNames, webhookRoutes } from "#shared/api/webhooks/routes.ts";
import { parseTimeInterval } from "#shared/platform/time/time-range.ts";
import { description, operations } from "#test/support/api/api-description.ts";

/** Returns the names of the parameters that the OpenAPI description has for an operation. */
function described(method: string, path: string): string[] {
  const { parameters = [] } = operations.find((each) => each.method === method && each.path === path) ?? {};
  return parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
}

describe("OpenAPI parameters are those that the parsers know", () => {
  it.each([
    [`${basePath}/activity`, `${basePath}/activity`],
    [`${basePath}/bills/{bill_id}/activity`, `${basePath}/bills/bill_1/activity`],
  ])("for the list %s", (template, path) => {
    const route = findRoute("GET", path);
    const known = route.kind === "activity" ? knownParameters(route) : [];
    expect(described("GET", template)).toEqual(known);
  });

  it("for whoami", () => expect(described("GET", `${basePath}/whoami`)).toEqual(commonParameters));

  it.each(webhookRouteNames)("for the webhook operation %s", (name) => {
    const [method, path] = webhookRoutes[name];
    expect(described(method, basePath + path)).toEqual(parametersOfWebhooks(name));
  });

  it.each([
    ["/api/v1/activities", "list"],
    ["/api/v1/activities/{activity_id}", "activity"],
    ["/api/v1/accounts/current", "account"],
  ] as const)("for the SimplyBooks route %s", (path, kind) => {
    expect(new Set(described("GET", path))).toEqual(new Set(simplybooksParameters[kind]));
  });
});

describe.each(["Since", "Until", "FakturoidSince"] as const)("OpenAPI pattern of %s", (name) => {
  const form = new RegExp(description.components.parameters[name].schema.pattern, "u");

  it.each(["2026-05-11", "2026-05-11T08:30:12.123456789+05:30", "2026-05-11t08:30:12 0530", "2026-05-11T24:00Z"])(
    "matches %s",
    (time) => expect([form.test(time), parseTimeInterval(time) !== null]).toEqual([true, true]),
  );

  it.each(["", "24h", "20260511T083012Z", "2026-05-11T25:00Z", "2026-05-11\n", "2026-05-11T08:30:61Z"])(
    "does not match %j",
    (text) => expect([form.test(text), parseTimeInterval(text)]).toEqual([false, null]),
  );
});

it("OpenAPI limits of pages are those of the parsers", () => {
  const { FakturoidPage, SimplybooksSkip, FakturoidSubjectId } = description.components.parameters;
  expect([FakturoidPage.schema.maximum, SimplybooksSkip.schema.maximum]).toEqual([999_999_999, 999_999_999]);
  expect(FakturoidSubjectId.schema).toEqual({ type: "string", minLength: 1 });
});
