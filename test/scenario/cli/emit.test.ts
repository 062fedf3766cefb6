import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import { type CommandLine, commandLine, stackFile } from "#test/support/command-line.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

let stack: TestStack;
let cli: CommandLine;

beforeAll(async () => {
  stack = await startStack();
  cli = commandLine(stackFile(stack));
});

function ndjson(name: string, events: readonly (EventInput | string)[]): string {
  const lines = events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  writeFileSync(join(cli.folder, name), `${lines.join("\n")}\n`);
  return name;
}

const numbered = (org_id: string, many: number) =>
  Array.from({ length: many }, (_, at) => anInput({ org_id, entity_id: `inv_${at}` }));

describe("emit", () => {
  it("counts accepted, repeated and rejected events, and waits until all are readable", async () => {
    const tenant = await stack.tenant();
    const { org_id } = tenant;
    const event_id = `evt_${"ab".repeat(16)}`;
    const file = ndjson("mixed.ndjson", [
      anInput({ org_id, entity_id: "inv_1" }),
      anInput({ org_id, entity_id: "inv_1" }),
      "",
      "not json",
      anInput({ org_id, event_id }),
      anInput({ org_id, event_id }),
      anInput({ org_id, entity_id: "inv_2", idempotency_key: "key" }),
      anInput({ org_id, entity_id: "inv_2", idempotency_key: "key", occurred_at: "2026-05-12" }),
      anInput({ org_id, occurred_at: "2026-02-30" }),
    ]);
    const first = await cli.run(["emit", file, "--wait", "--json"]);
    expect(first).toMatchObject({ code: 3, stderr: "" });
    const counts = { events: 8, accepted: 4, repeated: 2, rejected: 2 };
    expect(JSON.parse(first.stdout)).toEqual({
      ...counts,
      faults: [
        { line: 4, reason: expect.stringContaining("not valid JSON") },
        { line: 9, reason: expect.stringContaining("occurred_at") },
      ],
    });
    expect(await cli.listAll(tenant)).toHaveLength(4);

    expect(await cli.json(["emit", file, "--wait"])).toMatchObject({ ...counts, accepted: 0, repeated: 6 });
    expect(await cli.listAll(tenant)).toHaveLength(4);
    expect(existsSync(join(cli.folder, `${file}.progress`))).toBe(false);
  });

  it("counts a conflict as rejected when it is in the rejected queue", async () => {
    const { org_id } = await stack.tenant();
    const event_id = `evt_${"cd".repeat(16)}`;
    const keyed = anInput({ org_id, entity_id: "inv_2", idempotency_key: "key" });
    await cli.json(["emit", ndjson("standing.ndjson", [anInput({ org_id, event_id }), keyed]), "--wait"]);
    const file = ndjson("conflicts.ndjson", [
      anInput({ org_id, event_id, text: "other content" }),
      { ...keyed, entity_id: "inv_3" },
      { ...keyed, text: "other content" },
    ]);
    expect(await cli.json(["emit", file, "--wait"])).toMatchObject({ accepted: 0, repeated: 0, rejected: 3 });
    const { rejected } = await cli.json(["rejected", "list"]);
    const ours = Object(rejected).filter(({ body }: { body: string }) => body.includes(org_id));
    expect(ours).toEqual(Array(3).fill(expect.objectContaining({ code: "conflict" })));
  });

  it("counts sent events without --wait", async () => {
    const { org_id } = await stack.tenant();
    const file = ndjson("sent.ndjson", [...numbered(org_id, 12), "{}"]);
    const { code, stdout } = await cli.run(["emit", file]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^line 13: Invalid event: .*\n13 events: 12 sent, 1 rejected\.\n$/);
  });

  it("reads standard input", async () => {
    const tenant = await stack.tenant();
    const input = `\uFEFF${numbered(tenant.org_id, 3)
      .map((event) => JSON.stringify(event))
      .join("\r\n")}`;
    expect(await cli.run(["emit", "-", "--wait"], { input })).toMatchObject({
      code: 0,
      stdout: "3 events: 3 accepted, 0 repeated, 0 rejected.\n",
    });
    expect(await cli.listAll(tenant)).toHaveLength(3);
  });

  it.each(["SIGINT", "SIGKILL"] as const)("resumes after %s without duplicates", async (name) => {
    const tenant = await stack.tenant();
    const file = ndjson(`${name}.ndjson`, numbered(tenant.org_id, 1_300));
    const progress = join(cli.folder, `${file}.progress`);
    const running = cli.start(["emit", file, "--wait"]);
    await until(() => existsSync(progress));
    running.signal(name);
    const interrupted = await running.ended;
    if (name === "SIGINT")
      expect(interrupted).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^Interrupted\. Run the same command again to continue after line \d+\.$/m),
      });
    const { lines } = JSON.parse(readFileSync(progress, "utf8"));
    expect(lines).toBeGreaterThanOrEqual(500);
    expect(lines).toBeLessThan(1_300);

    const { code, stdout, stderr } = await cli.run(["emit", file, "--wait", "--json"]);
    // What takes longer than five seconds reports its progress, a line each time.
    const [first, ...further] = stderr.trimEnd().split("\n");
    expect({ code, first }).toEqual({ code: 0, first: `Continuing after line ${lines} of ${file}.` });
    expect(further.filter((line) => !/^\d+ %, /.test(line))).toEqual([]);
    const { accepted, repeated, rejected } = JSON.parse(stdout);
    expect({ total: accepted + repeated, rejected }).toEqual({ total: 1_300, rejected: 0 });
    expect(accepted).toBeGreaterThanOrEqual(lines);
    expect(existsSync(progress)).toBe(false);
    const found = await cli.listAll(tenant);
    expect(found).toHaveLength(1_300);
    expect(new Set(found.map(({ entity_id }) => entity_id)).size).toBe(1_300);
  });

  it("starts again when the file has changed", async () => {
    const tenant = await stack.tenant();
    const file = ndjson("changed.ndjson", numbered(tenant.org_id, 2));
    const work = { size: 1, modified: 1, log: stack.queues.ingest, wait: true, quiet: false };
    const tally = { sent: 0, accepted: 2, repeated: 0, rejected: 0, faults: [] };
    writeFileSync(join(cli.folder, `${file}.progress`), JSON.stringify({ work, offset: 99, lines: 2, tally }));
    expect(await cli.json(["emit", file, "--wait"])).toMatchObject({ events: 2, accepted: 2 });
  });

  it("fails for an unreadable file and for an unavailable queue", async () => {
    expect(await cli.run(["emit", "none.ndjson"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("none.ndjson"),
    });
    const gone = "http://127.0.0.1:1";
    const goneText =
      "The stack does not respond (ECONNREFUSED). If it is the local one, start it again with npm start.";
    const next = "Without --data its events are lost: after a restart, the same command starts over.";
    const stale = commandLine(stackFile(stack, { endpoints: { dynamodb: gone, sqs: gone, lambda: gone } }));
    writeFileSync(join(stale.folder, "one.ndjson"), JSON.stringify(anInput({ org_id: "org_1" })));
    const ended = await stale.run(["emit", "one.ndjson"]);
    expect(ended).toMatchObject({ code: 1, stderr: `${goneText}\n${next}\n` });
    expect(await stale.run(["org", "list"])).toMatchObject({ code: 1, stderr: `${goneText}\n` });
  });
});

describe("rejected retry", () => {
  it("sends each event again once, and removes it from the rejected queue", async () => {
    const tenant = await stack.tenant();
    const { org_id } = tenant;
    const send = (url: string | undefined, body: string, message_id?: string) => {
      const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
      const attributes = message_id && {
        message_id: attribute(message_id),
        code: attribute("invalid_value"),
        reason: attribute("r"),
      };
      return stack.sqs.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: body,
          ...(attributes ? { MessageAttributes: attributes } : {}),
        }),
      );
    };
    // Eleven that are valid by now, one of them twice, and one that never will be.
    for (const [at, event] of numbered(org_id, 11).entries()) {
      await send(stack.queues.rejected, JSON.stringify(event), `first-message-${at}`);
    }
    await send(stack.queues.rejected, JSON.stringify(numbered(org_id, 1)[0]), "first-message-0");
    await send(stack.queues.ingest, "junk");
    const isOurs = ({ body }: { body: string }) => body === "junk" || body.includes(org_id);
    const waiting = async () => Object(await cli.json(["rejected", "list"])).rejected.filter(isOurs);
    await until(async () => (await waiting()).length === 13);

    const { retried } = await cli.json(["rejected", "retry"]);
    expect(retried).toBeGreaterThanOrEqual(13);
    await until(async () => (await cli.listAll(tenant)).length === 11);
    await until(async () => (await waiting()).length === 1);
    expect(await waiting()).toEqual([expect.objectContaining({ body: "junk", code: "invalid_value" })]);
    const { stdout } = await cli.run(["rejected", "list"]);
    expect(stdout).toMatch(/invalid_value +The event is not valid JSON/);
  });
});

describe("rejected retry that fails", () => {
  it("leaves the event visible in the rejected queue", async () => {
    const queues = { ingest: `${stack.queues.ingest}-none`, rejected: stack.queues.rejected ?? "" };
    const broken = commandLine(stackFile(stack, { queues }));
    const body = JSON.stringify(anInput({ org_id: (await stack.tenant()).org_id }));
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: queues.rejected, MessageBody: body }));
    expect(await broken.run(["rejected", "retry"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("stay in the rejected queue"),
    });
    const { rejected } = await cli.json(["rejected", "list"]);
    expect(rejected).toContainEqual(expect.objectContaining({ body, message_id: null, code: null }));
  });
});
