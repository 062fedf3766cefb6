import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/client.ts";
import { anInput } from "#test/support/builders.ts";
import { createExampleProject } from "#test/support/example.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const seed = 20_261_201;
const batches = 15;
const batchSize = 20;

let project: string;
let stack: TestStack;
let tenant: Tenant;
let consumer: ChildProcess | null = null;

beforeAll(async () => {
  [project, stack] = await Promise.all([createExampleProject(), startStack()]);
  tenant = await stack.tenant();
});

afterAll(async () => {
  await kill();
  rmSync(project, { recursive: true, force: true });
});

/** Numbers from 0 to 1 that the seed determines (the generator MINSTD). */
function* randoms(from: number): Generator<number, never> {
  for (let state = from % 2_147_483_647 || 1; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

function start(): void {
  consumer = spawn(execPath, [join("change-consumer", "main.ts")], {
    cwd: project,
    env: { ACTIVITY_API: stack.api, ACTIVITY_TOKEN: tenant.token },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function kill(): Promise<void> {
  if (consumer === null || consumer.exitCode !== null || consumer.signalCode !== null) return;
  const exited = once(consumer, "exit");
  consumer.kill("SIGKILL");
  await exited;
}

function rows(sql: string): Record<string, unknown>[] {
  const opened = new DatabaseSync(join(project, "change-consumer.sqlite"), { readOnly: true, timeout: 5_000 });
  try {
    return opened.prepare(sql).all();
  } finally {
    opened.close();
  }
}

it(`a consumer that is killed at random moments ends with exactly the log (seed ${seed})`, async () => {
  const random = randoms(seed);
  const { org_id, token } = tenant;
  for (let batch = 0; batch < batches; batch++) {
    start();
    const inputs = Array.from({ length: batchSize }, (_, n) =>
      anInput({ org_id, entity_id: `inv_${n % 7}`, metadata: { batch, n } }),
    );
    await Promise.all([stack.append(inputs), setTimeout(random.next().value * 900)]);
    await kill();
  }
  start();
  const total = batches * batchSize;
  await until(() => rows("SELECT count(*) AS stored FROM changes")[0]?.stored === total);
  const expected = [];
  const client = createFinzbooksClient({ baseUrl: stack.api, token });
  for await (const { sequence, activity } of client.changes())
    expected.push({ sequence, event_id: activity?.event_id });
  expect(expected).toHaveLength(total);
  const stored = rows("SELECT sequence, event_id FROM changes ORDER BY sequence").map((row) => ({ ...row }));
  expect(stored).toEqual(expected);
  expect(rows("SELECT sum(events) AS effects FROM documents")[0]?.effects).toBe(total);
});
