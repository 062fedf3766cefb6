import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { shardLeadMs } from "#shared/events/shards/shards.ts";
import { anEvent, anInput, aQuery } from "#test/support/builders.ts";
import { type CommandLine, commandLine, stackFile } from "#test/support/command-line.ts";
import { readLogs, startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

let stack: TestStack;
let cli: CommandLine;

beforeAll(async () => {
  stack = await startStack();
  cli = commandLine(stackFile(stack));
});

describe("shards command of an administrator", () => {
  it("raises the shards of an organisation and shows from when they are valid", async () => {
    const { org_id } = await stack.tenant();
    expect((await cli.run(["org", "list"])).stdout).toMatch(new RegExp(`^${org_id} .* 1 +\\d{4}-`, "m"));
    const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    const raised = await cli.run(["org", "update", org_id, "--shards", "16"]);
    expect(raised.stdout).toMatch(new RegExp(`^Changed ${org_id}\\. It has 16 from ${time}\\.$`, "m"));
    expect((await cli.run(["org", "list"])).stdout).toMatch(new RegExp(`^${org_id} .* 16 from ${time} `, "m"));
    expect(await cli.json(["org", "update", org_id, "--name", "New"])).toMatchObject({
      org: { name: "New", shards: { before: 1, count: 16 } },
    });
  });

  it("refuses a lower number, and one that is not a power of two", async () => {
    const { org_id } = await stack.tenant();
    await cli.json(["org", "update", org_id, "--shards", "8"]);
    expect(await cli.run(["org", "update", org_id, "--shards", "4"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("has 8 shards. The number can only be increased"),
    });
    expect(await cli.run(["org", "update", org_id, "--shards", "12"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--shards must be one of 1, 2, 4, 8, 16, 32."),
    });
  });
});

describe("ingest", () => {
  it("can read which organisations are sharded", async () => {
    const { org_id } = await stack.tenant();
    const MessageBody = JSON.stringify(anInput({ org_id }));
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.ingest, MessageBody }));
    await until(async () => (await stack.events.readPage(aQuery({ org_id }))).events.length === 1);
    // A request may time out on a busy machine; a missing right is another error.
    const failures = readLogs(stack.logs)
      .split("\n")
      .filter((line) => line.includes("shards not read") && !line.includes("TimeoutError"));
    expect(failures).toEqual([]);
  });
});

describe("raised shards", () => {
  it("are used by readers when they know them, and by writers from their time on", async () => {
    const { org_id } = await stack.tenant();
    const clock = { ms: Date.now() };
    const reader = createShardSettingsReader(stack.dynamodb, stack.tables.config ?? "");
    const shards = new ShardSettingsCache(reader, () => new Date(clock.ms));
    expect(await shards.countToRead(org_id)).toBe(1);
    await stack.admin({ action: "org.update", org_id, shards: 32 });

    clock.ms += 60_000;
    expect(await shards.countToRead(org_id)).toBe(32);
    const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards });
    const events = Array.from({ length: 40 }, (_, n) => anEvent({ org_id, entity_id: `inv_${n}` }));
    const counts = () => events.map(() => shards.countToWrite(org_id));
    expect(new Set(counts())).toEqual(new Set([1]));
    for (const event of events.slice(0, 20)) await store.put(event);

    clock.ms += shardLeadMs;
    expect(new Set(counts())).toEqual(new Set([32]));
    for (const event of events) await store.put(event);
    const { events: shown } = await store.readPage(aQuery({ org_id }));
    expect(shown.map(({ entity_id }) => entity_id).sort()).toEqual(events.map(({ entity_id }) => entity_id).sort());
  });
});
