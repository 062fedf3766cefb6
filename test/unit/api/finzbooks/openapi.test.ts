import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { operationOf, validateResponse } from "#test/support/api/api-description.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { anEvent, aRequest, aToken } from "#test/support/builders.ts";

const activity = "/api/public/v1/activity";
const older = { events: [anEvent()], next: anEvent() };

type Setting = Parameters<typeof dialect>[0];

/** The response with all headers that the caller gets, errors rendered. */
async function ask(setting: Setting, target: string, over: Partial<HttpRequest> = {}) {
  const { answer, trace } = dialect(setting);
  const request = aRequest(target, over);
  const response = await answer(request).catch((error: unknown) => renderError(error, request));
  return { ...response, headers: { ...response.headers, ...trace.responseHeaders, "x-request-id": request.requestId } };
}

describe("OpenAPI responses of FinzBooks", () => {
  it.each<[string, string, number, Setting, string, Partial<HttpRequest>]>([
    ["a page", "list_activity", 200, {}, activity, {}],
    ["a page with a next one", "list_activity", 200, { page: older }, `${activity}?limit=1`, {}],
    ["a timeline", "list_bills_activity", 200, {}, "/api/public/v1/bills/b/activity", {}],
    ["whoami", "whoami", 200, {}, "/api/public/v1/whoami", {}],
    ["a bad value", "list_activity", 400, {}, `${activity}?limit=0`, {}],
    ["no token", "list_activity", 401, {}, activity, { headers: {} }],
    ["no scope", "list_activity", 403, { token: aToken({ scopes: [] }) }, activity, {}],
    ["too many requests", "list_activity", 429, { used: 601 }, activity, {}],
  ])("match the handler's response: %s", async (_, operation, status, setting, target, over) => {
    const response = await ask(setting, target, over);
    expect(response.status).toBe(status);
    const described = operationOf(operation).responses[status] ?? { headers: {}, content: {} };
    expect(validateResponse(described, response)).toEqual([]);
  });

  it.each([
    ["www-authenticate", 'Digest realm="x"', 401, { headers: {} }],
    ["x-ratelimit-remaining", "many", 200, {}],
    ["x-ratelimit-reset", "-1", 200, {}],
    ["x-unknown", "1", 200, {}],
  ])("do not match a response with the header %s: %s", async (name, value, status, over) => {
    const response = await ask({}, activity, over);
    const described = operationOf("list_activity").responses[status] ?? { headers: {}, content: {} };
    const errors = validateResponse(described, { ...response, headers: { ...response.headers, [name]: value } });
    expect(errors).not.toEqual([]);
    for (const error of errors) expect(error).toContain(name);
  });
});
