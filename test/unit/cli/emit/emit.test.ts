import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { dispatch } from "#clients/cli/dispatch.ts";
import { formatError } from "#clients/cli/format-error.ts";
import { anInput } from "#test/support/builders.ts";
import { aCommandContext } from "#test/unit/cli/command-context.ts";

const batch = z.object({ Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })) });

/** A local stack whose queue takes so many messages and then is gone. The folder is where `emit` runs. */
async function aStack(folder: string, { log_id, takes }: { log_id: string | null; takes: number }) {
  let taken = 0;
  const server = createServer(async (request, response) => {
    const { Entries } = batch.parse(await json(request));
    if (taken >= takes) {
      server.closeAllConnections();
      server.close();
      return;
    }
    taken += Entries.length;
    const md5 = (text: string) => createHash("md5").update(text).digest("hex");
    const Successful = Entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: md5(MessageBody),
    }));
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify({ Successful }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address?.port}`;
  const found = {
    api: origin,
    queues: { ingest: `${origin}/000000000000/Ingest`, rejected: `${origin}/000000000000/Rejected` },
    tables: { events: "Events", config: "Config" },
    functions: { admin: "Access", repair: "Repair" },
    endpoints: { dynamodb: origin, sqs: origin, lambda: origin },
    logFiles: { events: "events.log", access: "access.log" },
    pid: process.pid,
    log_id,
  };
  mkdirSync(join(folder, ".local"), { recursive: true });
  writeFileSync(join(folder, ".local/stack.json"), JSON.stringify(found));
  return { taken: () => taken };
}

function aFolder(events: number): string {
  const folder = mkdtempSync(join(tmpdir(), "emit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const lines = Array.from({ length: events }, (_, at) => JSON.stringify(anInput({ entity_id: `inv_${at}` })));
  writeFileSync(join(folder, "events.ndjson"), `${lines.join("\n")}\n`);
  return folder;
}

async function emit(cwd: string, file = "events.ndjson") {
  const { context, stderr } = aCommandContext({ cwd });
  const ended = await dispatch(["emit", file], context).then(
    (outcome) => ({ text: outcome?.text ?? "", exit: outcome?.exit }),
    (error: unknown) => ({ text: formatError(error).message, exit: formatError(error).exit }),
  );
  return { ...ended, stderr: stderr.join("") };
}

const gone = /^The stack does not respond \(ECONN\w+\)\. If it is the local one, start it again with npm start\.$/;

describe("emit with a checkpoint", () => {
  it("fails when the stack has stopped, and resumes after a restart on the same data", async () => {
    const cwd = aFolder(1_300);
    await aStack(cwd, { log_id: "log-1", takes: 600 });
    const first = await emit(cwd);
    const [what, next] = first.text.split("\n");
    expect(what).toMatch(gone);
    expect([next, first.exit]).toEqual(["Run the same command again to continue after line 500.", 1]);

    const again = await aStack(cwd, { log_id: "log-1", takes: Number.POSITIVE_INFINITY });
    const second = await emit(cwd);
    expect(second).toEqual({
      text: "1300 events: 1300 sent, 0 rejected.",
      exit: 0,
      stderr: "Continuing after line 500 of events.ndjson.\n",
    });
    expect(again.taken()).toBe(800);
    expect(existsSync(join(cwd, "events.ndjson.progress"))).toBe(false);
  });

  it("starts again when the data folder has another log", async () => {
    const cwd = aFolder(1_300);
    await aStack(cwd, { log_id: "log-1", takes: 600 });
    await emit(cwd);
    const again = await aStack(cwd, { log_id: "log-2", takes: Number.POSITIVE_INFINITY });
    expect(await emit(cwd)).toMatchObject({ stderr: "", exit: 0 });
    expect(again.taken()).toBe(1_300);
  });

  it("starts again when the log was not kept", async () => {
    const cwd = aFolder(1_300);
    await aStack(cwd, { log_id: null, takes: 600 });
    expect((await emit(cwd)).text.split("\n").at(1)).toBe(
      "Without --data its events are lost: after a restart, the same command starts over.",
    );
    const again = await aStack(cwd, { log_id: null, takes: Number.POSITIVE_INFINITY });
    expect(await emit(cwd)).toMatchObject({ stderr: "", exit: 0 });
    expect(again.taken()).toBe(1_300);
  });

  it("does not offer to resume before the first event", async () => {
    const cwd = aFolder(40);
    await aStack(cwd, { log_id: "log-1", takes: 10 });
    const { text } = await emit(cwd);
    expect(text.split("\n").at(1)).toBe("Run the same command again. It starts over and stores no event twice.");
  });
});

it("rejects a JSON array once, and sends nothing", async () => {
  const cwd = aFolder(1);
  writeFileSync(join(cwd, "array.json"), JSON.stringify([anInput(), anInput()], null, 2));
  const stack = await aStack(cwd, { log_id: null, takes: 10 });
  expect(await emit(cwd, "array.json")).toEqual({
    text: "The file is a JSON array, but emit needs one JSON object per line. Convert it: jq -c '.[]' array.json > events.ndjson",
    exit: 2,
    stderr: "",
  });
  expect(stack.taken()).toBe(0);
});
