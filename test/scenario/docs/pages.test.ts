import { existsSync, readFileSync } from "node:fs";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { DemoCredentials } from "#infra/local/demo/banner.ts";
import { loadDemoData } from "#infra/local/demo/load-demo-data.ts";
import { renderStackEnv } from "#infra/local/demo/stack-env.ts";
import { stackFile } from "#test/support/command-line.ts";
import { kindOf } from "#test/support/docs/block-kinds.ts";
import { comparableJson, comparableText, patternOf } from "#test/support/docs/documented-output.ts";
import { type CodeBlock, codeBlocks, locationOf } from "#test/support/docs/pages.ts";
import { createUserFolder, runPage } from "#test/support/docs/run-page.ts";
import { findFreePort } from "#test/support/free-port.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const pages = Map.groupBy(codeBlocks, ({ page }) => page);
const runPages = [...pages].filter(([, blocks]) => blocks.some((block) => kindOf(block) === "run"));

let stack: TestStack;
let demo: DemoCredentials;
let folder: string;
let receiverPort: number;

beforeAll(async () => {
  stack = await startStack();
  demo = await loadDemoData(stack);
  await until(auditLogIsComplete);
  folder = await createUserFolder(stackFile(stack, { demo }), renderStackEnv(stack, demo));
  receiverPort = await findFreePort();
});

describe.each(runPages)("%s", (_, blocks) => {
  it("has commands that succeed and print what the page shows", async () => {
    const { outputs, error } = await runPage(folder, blocks, adapt);
    expect(error).toBeNull();
    for (const [at, block] of blocks.entries()) {
      if (kindOf(block) === "output") expectOutput(block, lastOutputBefore(blocks.slice(0, at), outputs));
    }
  });
});

/** Whether each event of the table has a line in the audit log. */
async function auditLogIsComplete(): Promise<boolean> {
  const log = stack.logFiles.events ?? "";
  if (!existsSync(log)) return false;
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").length;
  const { Count = 0 } = await stack.dynamodb.send(new ScanCommand({ TableName: stack.tables.events, Select: "COUNT" }));
  return lines >= Count;
}

/** Replaces what the documentation can only give as an example: addresses, ports and credentials. */
function adapt(code: string): string {
  return code
    .replaceAll("http://127.0.0.1:3000", stack.api)
    .replaceAll(/\b8080\b/g, String(receiverPort))
    .replaceAll(/\baibooks_pat_\w+/g, demo.token)
    .replaceAll("X-API-Key: KEY", `X-API-Key: ${demo.api_key}`)
    .replaceAll("CLIENT_ID:CLIENT_SECRET", `${demo.client_id}:${demo.client_secret}`);
}

function lastOutputBefore(blocks: readonly CodeBlock[], outputs: ReadonlyMap<CodeBlock, string>): string {
  const command = blocks.findLast((block) => kindOf(block) === "run");
  if (command === undefined) throw new Error("The page shows an output before the first command.");
  return outputs.get(command) ?? "";
}

function expectOutput(block: CodeBlock, output: string): void {
  const where = locationOf(block);
  if (block.language === "json") expect(comparableJson(output), where).toEqual(comparableJson(block.code));
  else expect(comparableText(output), where).toMatch(patternOf(block.code));
}
