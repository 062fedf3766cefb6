import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { concurrencyOf } from "#infra/local/lambda/concurrency.ts";
import { parseEventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import type { FunctionDefinition } from "#infra/local/lambda/function-definition.ts";
import { createLocalFunction } from "#infra/local/lambda/local-function.ts";
import { until } from "#test/support/until.ts";

/** A function with this source, and what it logs. */
function aFunction(source: string, over: Partial<FunctionDefinition> = {}, concurrency = 10) {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  writeFileSync(join(folder, "index.mjs"), source);
  const definition: FunctionDefinition = {
    name: "Fn",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:Fn",
    roleArn: "arn:aws:iam::000000000000:role/Role",
    folder,
    handler: "index.handler",
    timeoutSeconds: 5,
    memoryMb: 128,
    reservedConcurrency: undefined,
    logGroup: "/fn",
    variables: {},
    ...over,
  };
  const log: string[] = [];
  let requests = 0;
  const newRequestId = () => `request-${++requests}`;
  const fn = createLocalFunction(definition, {
    newRequestId,
    now: () => new Date(),
    concurrency,
    idleMs: 50,
    variables: {},
    log: (text) => log.push(text),
  });
  onTestFinished(async () => {
    await fn.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { fn, log };
}

it("local function receives the event and Lambda's context", async () => {
  const { fn } = aFunction(`export const handler = async (event, { getRemainingTimeInMillis, ...context }) => {
    return { event, context, time: getRemainingTimeInMillis() };
  };`);
  const outcome = await fn.invoke('{"a":1}');
  if (outcome.kind !== "result") throw new Error(JSON.stringify(outcome));
  const { event, context, time } = JSON.parse(outcome.payload);
  expect(event).toEqual({ a: 1 });
  expect(context).toMatchObject({ awsRequestId: "request-1", functionName: "Fn", memoryLimitInMB: "128" });
  expect(time).toBeGreaterThan(4_000);
  expect(time).toBeLessThanOrEqual(5_000);
});

it("local function reuses an environment, and replaces one that ended", async () => {
  const { fn } = aFunction(`import { randomUUID } from "node:crypto";
    const id = randomUUID();
    export const handler = async ({ leave }) => {
      if (leave) setImmediate(() => process.exit(1));
      return id;
    };`);
  const ids = [await fn.invoke("{}"), await fn.invoke("{}")];
  expect(ids[0]).toEqual(ids[1]);
  await fn.invoke('{"leave":true}');
  // The environment ends before, during or after one of the next requests: none of them may wait for it in vain.
  await until(async () => {
    const outcome = await fn.invoke("{}");
    expect(outcome).not.toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    return outcome.kind === "result" && JSON.stringify(outcome) !== JSON.stringify(ids[0]);
  });
});

it.each([
  ["throw new RangeError('at start');", { errorType: "RangeError", errorMessage: "at start" }],
  [
    "export const other = 1;",
    { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" },
  ],
])("local function reports an error while loading: %s", async (source, error) => {
  const { fn, log } = aFunction(source);
  expect(await fn.invoke("{}")).toMatchObject({ kind: "fatal", error });
  expect(log.join()).toContain(error.errorMessage);
});

it("local function rejects a response above Lambda's limit", async () => {
  const { fn } = aFunction("export const handler = async () => 'x'.repeat(7_000_000);");
  expect(await fn.invoke("{}")).toMatchObject({ kind: "error", error: { errorType: "Function.ResponseSizeTooLarge" } });
});

it("local function queues requests above its limit of environments", async () => {
  const { fn } = aFunction(
    `import { randomUUID } from "node:crypto";
    const id = randomUUID();
    export const handler = async () => id;`,
    {},
    3,
  );
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => fn.invoke("{}")));
  expect(outcomes.every(({ kind }) => kind === "result")).toBe(true);
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBeLessThanOrEqual(3);
});

it("local function serves queued requests in existing environments while another one loads", async () => {
  const marker = join(mkdtempSync(join(tmpdir(), "function-")), "loaded");
  // All but the first take longer to load than anything here.
  const { fn } = aFunction(`import { existsSync, writeFileSync } from "node:fs";
    const marker = ${JSON.stringify(marker)};
    if (existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 100_000));
    writeFileSync(marker, "");
    export const handler = async () => "served";`);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => fn.invoke("{}")));
  expect(outcomes).toEqual(Array(20).fill({ kind: "result", payload: '"served"' }));
  expect(fn.environments()).toBeLessThanOrEqual(2);
});

it("local function throttles above the reserved concurrency, also while an environment loads", async () => {
  const { fn } = aFunction("export const handler = () => new Promise((resolve) => setTimeout(resolve, 50));", {
    reservedConcurrency: 2,
  });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => fn.invoke("{}")));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["result", "result", "throttled", "throttled", "throttled"]);
});

it("local function preloads environments, and stops all idle ones but one", async () => {
  const { fn, log } = aFunction(
    `console.log("loaded");
    export const handler = async () => {};`,
    {},
    3,
  );
  await fn.warm(5);
  expect([fn.environments(), fn.idle()]).toEqual([3, 3]);
  await until(() => log.join("").split("loaded").length - 1 === 3);
  await until(() => fn.environments() === 1);
  await fn.invoke("{}");
  expect(log.join("").split("loaded")).toHaveLength(4);
});

describe("environment limit of a function", () => {
  const source = (FunctionName: string, MaximumConcurrency?: number) => {
    const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:Work";
    const ScalingConfig = MaximumConcurrency === undefined ? undefined : { MaximumConcurrency };
    const properties = { EventSourceArn, FunctionName, ScalingConfig };
    const definition = parseEventSourceMapping({ id: "S", type: "", ref: "S", arn: undefined, properties });
    if (definition === undefined) throw new Error("The source is switched off.");
    return definition;
  };
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:Fn";

  it.each([
    [[], 10],
    [[source("Fn")], 10],
    [[source("Fn", 2)], 10],
    [[source("Fn", 14)], 14],
    [[source("Fn", 6), source(arn, 7)], 13],
    [[source("Fn", 1_000)], 16],
    [[source("Other", 14)], 10],
  ])("is derived from its event sources", (sources, expected) => {
    expect(concurrencyOf({ name: "Fn", arn }, sources)).toBe(expected);
  });
});

it("local function stops all idle environments when none was preloaded", async () => {
  const { fn } = aFunction("export const handler = async () => 1;");
  await fn.invoke("{}");
  await until(() => fn.environments() === 0);
  expect(await fn.invoke("{}")).toEqual({ kind: "result", payload: "1" });
});
