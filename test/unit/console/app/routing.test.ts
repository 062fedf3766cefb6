import { describe, expect, it } from "vitest";
import { loadConfig } from "#clients/console/app/config.ts";
import { matchCommands } from "#clients/console/app/palette/match-commands.ts";
import { matchRoute } from "#clients/console/page/route.ts";

const aRoute = (path: string) => ({ path, title: path, scope: null, load: () => Promise.reject(new Error("unused")) });
const routes = [aRoute("/webhooks"), aRoute("/webhooks/deliveries/:id"), aRoute("/documents/:type/:id")];
const match = (path: string) => {
  const found = matchRoute(routes, path);
  return found === null ? null : [found.route.path, found.params];
};

describe("matchRoute", () => {
  it("finds the route and decodes its parts", () => {
    expect(match("/webhooks/")).toEqual(["/webhooks", {}]);
    expect(match("/documents/INVOICE/inv%2F1%3F")).toEqual(["/documents/:type/:id", { type: "INVOICE", id: "inv/1?" }]);
  });

  it.each(["/", "/webhook", "/documents/INVOICE", "/documents/INVOICE/", "/documents/INVOICE/%ff", "/webhooks/a/b/c"])(
    "is null for %s",
    (path) => expect(match(path)).toBeNull(),
  );
});

describe("matchCommands", () => {
  const aCommand = (title: string, group: string, keywords = "") => ({ title, group, keywords, run: () => undefined });
  const commands = [
    aCommand("Go to Webhooks", "Pages", "endpoints"),
    aCommand("Theme: dark", "Console"),
    aCommand("Last 7 days", "Filters"),
    aCommand("Go to Activity", "Pages"),
  ];
  const titles = (text: string) => matchCommands(commands, text).map(({ title }) => title);

  it("lists all commands by group without a text", () => {
    expect(titles("")).toEqual(["Go to Webhooks", "Go to Activity", "Theme: dark", "Last 7 days"]);
  });

  it("finds commands that have all words, also in keywords and groups, in any order", () => {
    expect(titles("DARK the")).toEqual(["Theme: dark"]);
    expect(titles("endpoint")).toEqual(["Go to Webhooks"]);
    expect(titles("days 8")).toEqual([]);
  });

  it("puts beginnings of words first", () => {
    expect(titles("a")[0]).toBe("Go to Activity");
  });
});

describe("loadConfig", () => {
  const load = (body: string, status = 200) =>
    loadConfig(async () => new Response(body, { status }), "/console", "http://here.invalid");

  it("uses the origin of the page when the address is empty", async () => {
    expect(await load('{"api":"","stage":"dev"}')).toEqual({ api: "http://here.invalid", stage: "dev" });
    expect(await load('{"api":"https://api.example.com"}')).toEqual({ api: "https://api.example.com", stage: "" });
  });

  it.each([["{}", 200] as const, ['{"api":""}', 404] as const])(
    "throws for %s with status %i",
    async (body, status) => {
      await expect(load(body, status)).rejects.toThrow("config.json has no address");
    },
  );
});
