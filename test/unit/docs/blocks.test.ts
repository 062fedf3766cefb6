import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { describe, expect, it } from "vitest";
import { eventJsonSchema } from "#shared/events/event-json-schema.ts";
import { componentValidator } from "#test/support/api/api-description.ts";
import { createSchemaValidator } from "#test/support/api/json-schema.ts";
import { type BlockKind, kindOf } from "#test/support/docs/block-kinds.ts";
import { npmIssuesIn } from "#test/support/docs/npm-commands.ts";
import { codeBlocks, locationOf, pagePaths, projectFolder, readPage } from "#test/support/docs/pages.ts";

const blocksOf = (...kinds: readonly BlockKind[]) =>
  codeBlocks
    .filter((block) => kinds.some((kind) => kind === kindOf(block)))
    .map((block) => [locationOf(block), block] as const);

const validators: Readonly<Record<string, (value: unknown) => readonly string[]>> = {
  event: createSchemaValidator(eventJsonSchema("https://api.example.com")),
  webhook: componentValidator("WebhookPayload"),
};

describe("code blocks of the documentation", () => {
  it("have a check each", () => {
    expect(codeBlocks.filter((block) => kindOf(block) === null).map(locationOf)).toEqual([]);
  });

  it.each(blocksOf("run", "shell"))("%s is a valid shell script", (_, { code }) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: code, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it.each(blocksOf("javascript"))("%s is a valid module", (_, { code }) => {
    const { status, stderr } = spawnSync(execPath, ["--input-type=module", "--check"], {
      input: code,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it.each(blocksOf("json"))("%s is valid JSON", (_, { code, note }) => {
    const value: unknown = JSON.parse(code);
    if (note?.key !== "schema") return;
    const validate = validators[note.value];
    if (validate === undefined) throw new Error(`No schema is called ${note.value}.`);
    expect(validate(value)).toEqual([]);
  });

  it.each(blocksOf("diagram"))("%s is a flowchart with balanced brackets", (_, { code }) => {
    const [first, ...lines] = code.trimEnd().split("\n");
    expect(first).toMatch(/^flowchart (?:LR|TD)$/);
    for (const line of lines) {
      const brackets = line.replaceAll(/"[^"]*"/g, "").replaceAll(/-\.?[^-.]*\.?->|-->/g, "");
      expect(brackets.match(/[[({]/g)?.length ?? 0, line).toBe(brackets.match(/[\])}]/g)?.length ?? 0);
    }
  });

  it.each(blocksOf("file"))("%s is the file that its note names", (_, { code, note }) => {
    expect(code).toBe(readFileSync(join(projectFolder, note?.value ?? ""), "utf8"));
  });
});

describe("npm commands of the documentation", () => {
  /** Commands in blocks, and those in the text, which begin a span of code. */
  const shellOf = (page: string) => {
    const blocks = codeBlocks.filter((block) => block.page === page && block.language === "sh");
    const spans = readPage(page).matchAll(/`([^`]*?npm run[^`]*)`/g);
    return [...blocks.map(({ code }) => code), ...[...spans].map(([, span = ""]) => span)];
  };

  it.each(pagePaths)("of %s exist, with their options", (page) => {
    expect(shellOf(page).flatMap(npmIssuesIn)).toEqual([]);
  });
});
