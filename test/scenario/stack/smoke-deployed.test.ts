import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { startCloudFormation } from "#test/support/infra/cloud-formation.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";
import { inherited } from "#test/support/vitest/environment.ts";

const stackName = "activity-log-dev";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

/** Runs the smoke test against a stack that looks deployed to the SDK, which only knows the variables. */
async function smokeTest(outputs: Readonly<Record<string, string>>, over: Record<string, string> = {}) {
  const { lambda, sqs } = stack.endpoints;
  const child = spawn("npm", ["run", "smoke"], {
    env: {
      PATH: inherited("PATH"),
      NO_COLOR: "1",
      TARGET: "deployed",
      STACK: stackName,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "operator",
      AWS_SECRET_ACCESS_KEY: "operator",
      AWS_ENDPOINT_URL_CLOUDFORMATION: await startCloudFormation(stackName, outputs),
      AWS_ENDPOINT_URL_LAMBDA: lambda,
      AWS_ENDPOINT_URL_SQS: sqs,
      ...over,
    },
  });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, output: `${output}${errors}` };
}

/** An address at which nothing listens any more. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  const origin = await listenOnLoopback(server, 0);
  await closeServer(server);
  return origin;
}

describe("smoke test of a deployed stack", () => {
  it("passes when the stack works", async () => {
    const { code, output } = await smokeTest(stack.outputs);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Test Files\s+\d+ passed/);
    expect(output).not.toMatch(/skipped|todo/);
  });

  it("fails when the API does not respond", async () => {
    const { code, output } = await smokeTest({ ...stack.outputs, ApiUrl: await deadAddress() });
    expect(code).not.toBe(0);
    expect(output).toContain("ECONNREFUSED");
  });

  it.each([
    [{ STACK: "activity-log-test" }, "activity-log-test does not belong to a stage"],
    [{ STACK: "" }, "Name the deployed stack"],
    [{ TARGET: "dev" }, "Unknown target 'dev'"],
  ])("fails with a reason for %j", async (over, fault) => {
    const { code, output } = await smokeTest(stack.outputs, over);
    expect(code).not.toBe(0);
    expect(output).toContain(fault);
  });
});
