import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConsolePorts, SiteObject } from "#infra/deployment/publish-console.ts";

/** A bucket in memory, and its files as CloudFront serves them. */
export type ConsoleInMemory = {
  readonly ports: ConsolePorts;
  /** Keys in the order in which they were put. */
  readonly keys: readonly string[];
  readonly objects: ReadonlyMap<string, SiteObject>;
};

/** Files of a built console, by their paths. */
export const builtFiles: Readonly<Record<string, string>> = {
  "console/index.html": "<!doctype html><script src=/console/assets/main-A.js></script>",
  "console/assets/main-A.js": "main()",
  "console/assets/page-B.css": "a{}",
  "console/third-party-licences.txt": "MIT",
};

/** Creates the ports of a console whose stack has all outputs. */
export function buildConsolePorts(changed: Partial<ConsolePorts> = {}): ConsoleInMemory {
  const keys: string[] = [];
  const objects = new Map<string, SiteObject>();
  const ports: ConsolePorts = {
    outputs: async () => ({
      ApiUrl: "https://api.example.com",
      BucketConsole: "bucket",
      ConsoleUrl: "https://console.example.com/console/",
    }),
    async build(config) {
      const folder = mkdtempSync(join(tmpdir(), "activity-log-site-"));
      const files = { ...builtFiles, "console/config.json": JSON.stringify(config) };
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      return folder;
    },
    async put(_bucket, object, { isNew }) {
      if (isNew && objects.has(object.key)) return;
      keys.push(object.key);
      objects.set(object.key, object);
    },
    get: async () => objects.get("console/index.html")?.body.toString("utf8") ?? "",
    wait: async () => {},
    ...changed,
  };
  return { ports, keys, objects };
}
