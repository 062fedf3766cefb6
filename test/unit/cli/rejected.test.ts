import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { parseRejectedEvent } from "#clients/cli/rejected/rejected-event.ts";
import { anInput } from "#test/support/builders.ts";
import { runCommand } from "./run-command.ts";

const attribute = (StringValue: string) => ({ DataType: "String", StringValue });

const message = (id: string, Body: string, code = "invalid_value", reason = "The reason.") => ({
  MessageId: id,
  ReceiptHandle: id,
  Body,
  MD5OfBody: createHash("md5").update(Body).digest("hex"),
  Attributes: { SentTimestamp: String(Date.parse("2026-05-11T08:30:12.000Z")) },
  MessageAttributes: { message_id: attribute(`of-${id}`), code: attribute(code), reason: attribute(reason) },
});

const queueOf = (...Messages: object[]) => ({ "POST /": [{ body: { Messages } }, { body: {} }] });

describe("rejected list", () => {
  const body = JSON.stringify(anInput({ org_id: "org_a", entity_id: "inv_1" }));

  it("shows time, organisation, event and reason", async () => {
    const { text, json } = await runCommand(
      queueOf(message("1", body), message("2", "junk", "malformed", "No JSON.")),
      "rejected",
      "list",
    );
    expect(text.split("\n")).toEqual([
      "MESSAGE ID  REJECTED (UTC)       ORG    ACTION        ENTITY         CODE           REASON",
      "of-1        2026-05-11 08:30:12  org_a  INVOICE_SENT  INVOICE inv_1  invalid_value  The reason.",
      "of-2        2026-05-11 08:30:12  -      -             -              malformed      No JSON.",
    ]);
    expect(json).toEqual({
      has_more: false,
      rejected: [
        {
          message_id: "of-1",
          code: "invalid_value",
          reason: "The reason.",
          rejected_at: "2026-05-11T08:30:12.000Z",
          body,
        },
        expect.objectContaining({ message_id: "of-2", body: "junk" }),
      ],
    });
  });

  it("says for an empty queue which rejected events are not in it", async () => {
    const { text, exit } = await runCommand(queueOf(), "rejected", "list");
    expect({ text, exit }).toEqual({
      exit: exitCodes.done,
      text: expect.stringMatching(/^The rejected queue is empty\. .*emit refuses before it sends/),
    });
  });
});

describe("rejected retry", () => {
  it("reports that the queue is empty", async () => {
    const { text, json } = await runCommand(queueOf(), "rejected", "retry");
    expect({ text, json }).toEqual({
      json: { retried: 0 },
      text: "The rejected queue is empty. No event was sent again.",
    });
  });
});

describe("rejected discard", () => {
  it("deletes nothing when --confirm does not repeat the message id", async () => {
    const { exit, requests } = await runCommand({}, "rejected", "discard", "of-1", "--confirm", "of-2");
    expect({ exit, requests }).toEqual({ exit: exitCodes.usage, requests: [] });
  });

  it("deletes the event of that id and shows it", async () => {
    const answers = { "POST /": [{ body: { Messages: [message("1", "junk")] } }, { body: { Successful: [] } }] };
    const { text, exit, requests } = await runCommand(answers, "rejected", "discard", "of-1", "--confirm", "of-1");
    expect({ text, exit }).toEqual({ text: "Discarded of-1 (invalid_value): junk", exit: exitCodes.done });
    expect(requests[1]?.body).toMatchObject({ Entries: [{ ReceiptHandle: "1" }] });
  });

  it("fails when the queue does not have the id", async () => {
    const { text, exit } = await runCommand(queueOf(), "rejected", "discard", "of-1", "--confirm", "of-1");
    expect({ text, exit }).toEqual({ text: expect.stringContaining("No rejected event"), exit: exitCodes.failed });
  });
});

describe("rejectedEvent", () => {
  it.each([
    "",
    "junk",
    "[]",
    "null",
    '"text"',
    '{"org_id":1,"action":null,"entity_id":{}}',
    `{"org_id":"${"x".repeat(70_000)}"}`,
  ])("returns null fields for a body that is not an event: %.40j", (text) => {
    expect(parseRejectedEvent(text)).toEqual({ org_id: null, action: null, entity_type: null, entity_id: null });
  });
});
