import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "../../infra/parts/bundle.ts";
import { startBytes } from "../support/bundle-bytes.ts";

/** The files that went into a function, from the root of the project. */
function contentsOf(entry: string): string[] {
  const { folder, metafile } = bundle(entry);
  rmSync(folder, { recursive: true });
  return Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
}

function startBytesOf(entry: string): number {
  const { folder, metafile } = bundle(entry);
  rmSync(folder, { recursive: true });
  return startBytes(metafile);
}

const entries = globSync("functions/*/*.ts", { cwd: join(import.meta.dirname, "../..") }).sort();

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

  it.each(neverWanted)("holds no %s", (name) => expect(holds(files, name)).toBe(false));

  it("holds none of the clients or of the infrastructure", () => {
    expect(files.filter((file) => /^(infra|clients|test)\//.test(file))).toEqual([]);
  });
});

const dialects = ["finzbooks", "simplybooks", "fakturoid"] as const;

describe.each(dialects)("the bundle that reads for %s", (dialect) => {
  const files = contentsOf(`functions/read/${dialect}.ts`);

  it("parses by hand: it holds no zod", () => expect(holds(files, "zod/")).toBe(false));

  it("speaks to DynamoDB alone", () => {
    const clients = files.flatMap((file) => /node_modules\/(@aws-sdk\/client-[a-z-]+)\//.exec(file)?.[1] ?? []);
    expect(new Set(clients)).toEqual(new Set(["@aws-sdk/client-dynamodb"]));
  });

  it("holds no description of itself", () => expect(files.filter((file) => file.includes("openapi"))).toEqual([]));

  it("holds no other dialect", () => {
    const others = files.filter((file) => dialects.some((name) => name !== dialect && file.includes(`/${name}/`)));
    expect(others).toEqual([]);
  });

  it("is at most a fifth larger than the first", () => {
    expect(startBytesOf(`functions/read/${dialect}.ts`)).toBeLessThanOrEqual(
      1.2 * startBytesOf("functions/read/finzbooks.ts"),
    );
  });
});

it("is the same wherever the project lies: what names its files is told from within", () => {
  contentsOf("functions/ingest/ingest.ts");
  const maps = join(import.meta.dirname, "../../.build/source-maps/functions-ingest-ingest.ts");
  const sources = globSync("*.map", { cwd: maps }).flatMap((map) => {
    const { sources }: { readonly sources: readonly string[] } = JSON.parse(readFileSync(join(maps, map), "utf8"));
    return sources;
  });
  expect(sources).toContain("../../functions/ingest/ingest.ts");
  expect(sources.filter((source) => !/^\.\.\/\.\.\/[a-z_]/.test(source))).toEqual([]);
});

it("issues access tokens without a way to read events", () => {
  const files = contentsOf("functions/access/oauth.ts");
  expect(files.filter((file) => /^shared\/store\/(events|event-query|places)\.ts$/.test(file))).toEqual([]);
});

it("describes the API without the AWS SDK", () => {
  expect(holds(contentsOf("functions/read/documents.ts"), "@aws-sdk/")).toBe(false);
});
