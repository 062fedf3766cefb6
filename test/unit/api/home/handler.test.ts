import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";
import { aRequest } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const home = (headers: Record<string, string> = {}, origin = "https://api.example.com") =>
  handleSpecs(aRequest("/", { headers, origin }));

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

describe("GET /", () => {
  it("returns HTML to browsers and for any accepted type", async () => {
    for (const headers of [{ accept: browser }, { accept: "*/*" }, {}]) {
      const { status, headers: given, body } = await home(headers);
      expect([status, given["content-type"], given.vary]).toEqual([200, "text/html; charset=utf-8", "Accept"]);
      expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
    }
  });

  it("redirects browsers, and no other client, when there is a console", async () => {
    const consoleUrl = "https://console.example.com/console/";
    const answer = (headers: Record<string, string>) => handleSpecs(aRequest("/", { headers }), consoleUrl);
    const { status, headers } = await answer({ accept: browser });
    expect([status, headers.location, headers.vary]).toEqual([302, consoleUrl, "Accept"]);
    for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.5", "text/*"]) {
      expect(await answer({ accept })).toEqual(await home({ accept }));
    }
    expect(await answer({})).toEqual(await home());
  });

  it("links to specs that exist", async () => {
    const { body } = await home();
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(new Set(links)).toEqual(new Set(["/openapi.json", "/schemas/event.json", "/schemas/webhook.json"]));
    for (const path of links) expect((await handleSpecs(aRequest(path))).status).toBe(200);
  });

  it("loads nothing, with a policy that allows only its own style", async () => {
    const { headers, body } = await home();
    expect(body).not.toMatch(/<(script|img|link|iframe|form|object)|\bstyle=|\bon\w+=|url\(|@import/i);
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers["content-security-policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it("has an example of the demo only on a local stack", async () => {
    const local = (await home({}, "http://127.0.0.1:3000")).body;
    expect(local).toContain("http://127.0.0.1:3000/api/public/v1/invoices/inv_8c3f1a9b/activity");
    expect(local).toContain("stack.json");
    const deployed = (await home()).body;
    expect(deployed).toContain("https://api.example.com/api/public/v1/activity");
    expect(deployed).not.toMatch(/stack\.json|inv_8c3f1a9b/);
  });

  it("escapes markup in the address", async () => {
    const { body } = await home({}, 'https://"><script>x</script>');
    expect(body).not.toContain("<script>");
  });

  it.each([
    "application/json",
    "application/json, text/html;q=0.5",
    "application/*, text/html;q=0",
    "text/*;q=0.1, */*",
  ])("returns JSON when the client prefers it: %s", async (accept) => {
    const { headers, body } = await home({ accept });
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.parse(body)).toMatchObject({
      name: "Activity log",
      links: { openapi: "https://api.example.com/openapi.json" },
    });
  });

  it("returns 405 for other methods", async () => {
    const error = await catchRejection(handleSpecs(aRequest("/", { method: "POST" })));
    expect([error.code, error.context.allow]).toEqual(["method_not_allowed", "GET, HEAD"]);
  });
});
