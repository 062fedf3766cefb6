import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "#test/deploy/programs.ts";
import type { Tools } from "./tools.ts";

/** The generator, on Maven Central. To upgrade it, change both: the hash is printed if it differs. */
const version = "7.25.0";
const sha256 = "41ce4f6b07f196676439d710759fa1ced7a08066d06ff1bf314681470289efae";
const artifact = `org.openapitools:openapi-generator-cli:${version}`;
const downloader = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/** Languages that clients are generated for, and the options of each generator. */
const generators = { python: [], go: [], java: ["--library", "native"] } as const;

export type GeneratedLanguage = keyof typeof generators;

/** Returns the path of the generator's jar, downloaded by Maven if it is not in the cache. Throws if its hash differs. */
export async function provideGenerator(cache: string, { variables, folder }: Tools): Promise<string> {
  const jar = join(cache, `openapi-generator-cli-${version}.jar`);
  if (!existsSync(jar)) {
    await mkdir(cache, { recursive: true });
    const args = ["-q", downloader, `-Dartifact=${artifact}`, `-DoutputDirectory=${cache}`];
    const log = join(folder, "download.log");
    await run({ title: `Download ${artifact}`, command: "mvn", args, variables, log, timeoutMs: 300_000 });
  }
  const actual = createHash("sha256")
    .update(await readFile(jar))
    .digest("hex");
  if (actual === sha256) return jar;
  await rm(jar);
  throw new Error(`${artifact} has the SHA-256 ${actual}, not ${sha256}.`);
}

/** Generates a client of an OpenAPI description into the folder of its language, and returns that folder. */
export async function generateClient(
  language: GeneratedLanguage,
  jar: string,
  specFile: string,
  { variables, folder }: Tools,
): Promise<string> {
  const output = join(folder, language);
  const args = ["-jar", jar, "generate", "-i", specFile, "-g", language, "-o", output, ...generators[language]];
  const log = join(folder, `${language}-generate.log`);
  await run({
    title: `Generate the client for ${language}`,
    command: "java",
    args,
    variables,
    log,
    timeoutMs: 120_000,
  });
  return output;
}
