import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { describe, expect, it, vi } from "vitest";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";
import { startBytes, startOutputs } from "#test/support/infra/bundle-start.ts";

// Other tests of this level mock the bundler.
const { bundle } = await vi.importActual<typeof import("#infra/constructs/bundle.ts")>("#infra/constructs/bundle.ts");

/** Builds a function. Gives its package, by the names of its files, and what went into it. */
function build(entry: string) {
  const { folder, metafile } = bundle(entry);
  const code = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  rmSync(folder, { recursive: true });
  return { code, metafile };
}

const builds = new Map<string, ReturnType<typeof build>>();

/** The same, built once for all tests. */
function built(entry: string): ReturnType<typeof build> {
  const known = builds.get(entry) ?? build(entry);
  builds.set(entry, known);
  return known;
}

const inputsOf = (outputs: Iterable<Metafile["outputs"][string]>) =>
  [...outputs].flatMap(({ inputs }) => Object.keys(inputs));

/** The files that went into a function, from the root of the project. */
const contentsOf = (entry: string) => inputsOf(Object.values(built(entry).metafile.outputs));

const startBytesOf = (entry: string) => startBytes(built(entry).metafile);

const entries = globSync("functions/*/*.ts", { cwd: join(import.meta.dirname, "../../..") }).sort();

const holds = (files: readonly string[], name: string) => files.some((file) => file.includes(`node_modules/${name}`));

/** What would only be loaded at every cold start, and never used. */
const neverWanted = [
  "undici",
  "aws-cdk-lib",
  "constructs",
  "@aws-lambda-powertools/",
  "aws-xray-sdk",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-web-identity",
  "@aws-sdk/credential-provider-login",
  "@smithy/credential-provider-imds",
  "@aws-sdk/client-sso",
  "@aws-sdk/client-sts",
  "zod/v4/classic/",
];

describe.each(entries)("the bundle of %s", (entry) => {
  const files = contentsOf(entry);

  it.each(neverWanted)("contains no %s", (name) => expect(holds(files, name)).toBe(false));

  it("contains no unused file", () => {
    const names = [...built(entry).code.keys()];
    const code = [...built(entry).code.values()].join();
    expect(names.filter((name) => name !== "index.mjs" && !code.includes(`"./${name}"`))).toEqual([]);
    expect(names).toContain("index.mjs");
  });

  it("contains no code of clients or infrastructure", () => {
    expect(files.filter((file) => /^(infra|clients|test)\//.test(file))).toEqual([]);
  });
});

const dialects = ["finzbooks", "simplybooks", "fakturoid"] as const;

/** Returns the longer texts in a part of the OpenAPI description, except for those of parameters. */
function textsOf(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === "parameters") return [];
    const isText = typeof value === "string" && (key === "summary" || key === "description");
    return isText ? [value].filter((text) => text.length > 20) : textsOf(value);
  });
}

const { paths, components } = createOpenApiDescription("https://api.example.com");
const described = [...new Set(textsOf([paths, components]))];

describe.each(dialects)("the bundle that reads for %s", (dialect) => {
  const files = contentsOf(`functions/api/${dialect}.ts`);

  it("contains no zod", () => expect(holds(files, "zod/")).toBe(false));

  it("contains only the DynamoDB client", () => {
    const clients = files.flatMap((file) => /node_modules\/(@aws-sdk\/client-[a-z-]+)\//.exec(file)?.[1] ?? []);
    expect(new Set(clients)).toEqual(new Set(["@aws-sdk/client-dynamodb"]));
  });

  it("contains no OpenAPI description", () => expect(files.filter((file) => file.includes("openapi"))).toEqual([]));

  it("contains no text of the OpenAPI description, except for those of parameters", () => {
    const code = [...built(`functions/api/${dialect}.ts`).code.values()].join();
    expect(described.length).toBeGreaterThan(100);
    expect(described.filter((text) => code.includes(text.slice(0, 30)))).toEqual([]);
  });

  it("contains no other dialect", () => {
    const others = files.filter((file) => dialects.some((name) => name !== dialect && file.includes(`/${name}/`)));
    expect(others).toEqual([]);
  });

  it("is at most a fifth larger than the first one", () => {
    expect(startBytesOf(`functions/api/${dialect}.ts`)).toBeLessThanOrEqual(
      1.2 * startBytesOf("functions/api/finzbooks.ts"),
    );
  });
});

it("has the same files in any build folder", () => {
  const filesIn = (place: string) => {
    vi.stubEnv("TMPDIR", place);
    return build("functions/ingest/ingest.ts").code;
  };
  const place = mkdtempSync(join(tmpdir(), "activity-log-test-"));
  try {
    const deeper = join(place, "deeper/still");
    mkdirSync(deeper, { recursive: true });
    expect(filesIn(deeper)).toEqual(filesIn(place));
  } finally {
    vi.unstubAllEnvs();
    rmSync(place, { recursive: true });
  }
});

it("is the same code with and without source maps", () => {
  const codeOf = (sourceMaps: boolean) => {
    const { folder } = bundle("functions/ingest/ingest.ts", { sourceMaps });
    // The names of split files are hashes of the code and its map.
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "utf8").replaceAll(/-[A-Z0-9]{8}\.mjs/g, ".mjs"))
      .sort();
  };
  expect(codeOf(false)).toEqual(codeOf(true));
});

it("does not load rarely used code at start", () => {
  const all = contentsOf("functions/ingest/ingest.ts");
  const start = inputsOf(startOutputs(built("functions/ingest/ingest.ts").metafile));
  const name = "@aws-sdk/client-sqs";
  expect([holds(all, name), holds(start, name)]).toEqual([true, false]);
});

it("of OAuth contains no code that reads events", () => {
  const readers = ["event-query", "event-store", "page-checkpoint-store"];
  const readersIn = (entry: string) =>
    readers.filter((name) => contentsOf(entry).includes(`shared/events/dynamodb/${name}.ts`));
  expect(readersIn("functions/api/oauth.ts")).toEqual([]);
  expect(readersIn("functions/api/fakturoid.ts")).toEqual(readers);
});

it("of proofs is at most three tenths larger at start than that of lists: the client of KMS", () => {
  expect(startBytesOf("functions/api/proofs.ts")).toBeLessThanOrEqual(1.3 * startBytesOf("functions/api/finzbooks.ts"));
  expect(holds(contentsOf("functions/api/finzbooks.ts"), "@aws-sdk/client-kms")).toBe(false);
});

it("of the API specs contains no AWS SDK", () => {
  expect(holds(contentsOf("functions/api/openapi.ts"), "@aws-sdk/")).toBe(false);
});
