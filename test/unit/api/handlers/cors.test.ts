import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler, type HttpHandlerOptions } from "#shared/api/handlers/http-handler.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { captureLogLines } from "#test/support/log-lines.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";

const page = "https://app.example.com";
const ok = { status: 200, headers: {}, body: "{}" };

type Asked = { readonly method?: string; readonly headers?: Record<string, string> };

/** Returns the headers of a response whose stage allows some origins. */
async function respond(
  origins: string,
  { method = "GET", headers = {} }: Asked,
  over: Partial<HttpHandlerOptions> = {},
): Promise<{ status: number | undefined; headers: Record<string, unknown>; line: unknown }> {
  setEnvironment({ [envVars.corsOrigins]: origins });
  const lines = captureLogLines();
  const handler = createHttpHandler({ name: "test", handle: async () => ok, renderError, ...over });
  const result = await handler(buildHttpEvent("/x", { method, headers }), buildLambdaContext());
  return { status: result.statusCode, headers: result.headers ?? {}, line: lines[0] };
}

const preflight = (origin = page): Asked => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": "GET", "access-control-request-headers": "authorization" },
});

const allowed = (headers: Record<string, unknown>) => headers["access-control-allow-origin"];

describe("createHttpHandler, CORS", () => {
  it.each([
    ["any", "*", "*"],
    ["listed", `https://b.example ${page}`, page],
    ["other", "https://b.example", undefined],
    ["no", "", undefined],
  ])("allows a page of %s origin as the stage does", async (_, origins, expected) => {
    const { headers } = await respond(origins, { headers: { origin: page } });
    expect(allowed(headers)).toBe(expected);
    expect(headers["access-control-expose-headers"]).toEqual(
      expected === undefined ? undefined : expect.stringContaining("x-ratelimit-remaining"),
    );
    expect(allowed((await respond(origins, preflight())).headers)).toBe(expected);
  });

  it("adds no header to requests that are not of a page", async () => {
    expect(allowed((await respond("*", {})).headers)).toBeUndefined();
  });

  it("varies by origin when it allows one", async () => {
    expect((await respond(page, { headers: { origin: page } })).headers.vary).toBe("origin");
  });

  it("allows the origins of a viewer token instead, also on errors", async () => {
    const handle: HttpHandlerOptions["handle"] = async (_, context) => {
      context.viewerOrigins = [page];
      throw new Error("A defect.");
    };
    for (const origins of ["", "*", "https://b.example"]) {
      expect(allowed((await respond(origins, { headers: { origin: page } }, { handle })).headers)).toBe(page);
      expect(allowed((await respond(origins, { headers: { origin: "https://b.example" } }, { handle })).headers)).toBe(
        undefined,
      );
    }
  });

  it("answers a preflight without calling the handler, and logs it", async () => {
    const handle = () => Promise.reject(new Error("not called"));
    const { status, headers, line } = await respond("", preflight(), { handle, acceptsViewerTokens: () => true });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-methods": "GET,HEAD,POST,PATCH,DELETE",
      "access-control-allow-headers": expect.stringContaining("authorization"),
      "access-control-max-age": "3600",
      vary: "origin",
    });
    expect(line).toMatchObject({ route: "preflight", status: 204 });
  });

  it("passes other OPTIONS requests on", async () => {
    const { status } = await respond("*", { method: "OPTIONS", headers: { origin: page } });
    expect(status).toBe(200);
  });

  it("never allows credentials", async () => {
    const { headers } = await respond(page, preflight());
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });
});
