import { describe, expect, it } from "vitest";
import { publishConsole } from "#infra/deployment/publish-console.ts";
import { buildConsolePorts, builtFiles } from "#test/support/memory/console-bucket.ts";

const publish = (ports: ReturnType<typeof buildConsolePorts>["ports"]) =>
  publishConsole("activity-log-dev", "dev", ports);

describe("publishConsole", () => {
  it("puts assets first and the page last, and returns the URL", async () => {
    const { ports, keys } = buildConsolePorts();
    expect(await publish(ports)).toBe("https://console.example.com/console/");
    expect(keys.slice(0, 2).sort()).toEqual(["console/assets/main-A.js", "console/assets/page-B.css"]);
    expect(keys.slice(2, -1).sort()).toEqual(["console/config.json", "console/third-party-licences.txt"]);
    expect(keys.at(-1)).toBe("console/index.html");
  });

  it("configures the API and the stage", async () => {
    const { ports, objects } = buildConsolePorts();
    await publish(ports);
    const config = objects.get("console/config.json")?.body.toString("utf8") ?? "";
    expect(JSON.parse(config)).toEqual({ api: "https://api.example.com", stage: "dev" });
  });

  it("lets browsers keep assets for ever, and nothing else", async () => {
    const { ports, objects } = buildConsolePorts();
    await publish(ports);
    const cached = [...objects.values()].filter(({ headers }) => headers["cache-control"] !== "no-cache");
    expect(cached.map(({ key, headers }) => [key, headers["content-type"], headers["cache-control"]]).sort()).toEqual([
      ["console/assets/main-A.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
      ["console/assets/page-B.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"],
    ]);
  });

  it("keeps the page of the former release when an asset cannot be put", async () => {
    const { ports, objects } = buildConsolePorts();
    await publish(ports);
    const former = objects.get("console/index.html");
    const put: typeof ports.put = async (bucket, object, options) => {
      if (options.isNew) throw new Error("AccessDenied");
      await ports.put(bucket, object, options);
    };
    await expect(publish({ ...ports, put })).rejects.toThrow("AccessDenied");
    expect(objects.get("console/index.html")).toBe(former);
  });

  it("puts an asset again only when its name is new", async () => {
    const { ports, keys } = buildConsolePorts();
    await publish(ports);
    await publish(ports);
    expect(keys.filter((key) => key.includes("/assets/"))).toHaveLength(2);
    expect(keys.filter((key) => key === "console/index.html")).toHaveLength(2);
  });

  it("waits until the page is served, for a minute", async () => {
    let waited = 0;
    const late = buildConsolePorts({
      async wait(seconds) {
        waited += seconds;
      },
      async get() {
        if (waited < 30) throw new Error("ENOTFOUND");
        return builtFiles["console/index.html"] ?? "";
      },
    });
    await publish(late.ports);
    expect(waited).toBe(30);
    const never = buildConsolePorts({ get: () => Promise.reject(new Error("status 403")) });
    await expect(publish(never.ports)).rejects.toThrow(
      "https://console.example.com/console/ does not serve this release: status 403.",
    );
  });

  it("throws when the stack has no console", async () => {
    const { ports, keys } = buildConsolePorts({ outputs: async () => ({ ApiUrl: "https://api.example.com" }) });
    await expect(publish(ports)).rejects.toThrow("activity-log-dev has no console.");
    expect(keys).toEqual([]);
  });
});
