import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { dispatch } from "#clients/cli/dispatch.ts";
import { aCommandContext } from "./command-context.ts";
import { fakeApi, responseOf } from "./fake-api.ts";

const event = { event_id: "evt_1", entity_type: "INVOICE", entity_id: "inv_1", occurred_at: "2026-05-11T08:30:12Z" };
const page = (activity: readonly object[]) =>
  responseOf({ activity, page_context: { limit: 1, returned: activity.length, has_more_page: false } });

const documents = [
  '{"entity_type":"INVOICE","entity_id":"inv_1","updated_at":"2026-05-11T08:30:12Z","total":"10.00"}',
  "",
  '{"entity_type":"INVOICE","entity_id":"inv_2","updated_at":"2026-05-11T08:30:12+02:00"}',
];

const answers = {
  "GET /activity?entity_type=INVOICE&entity_id=inv_1&limit=1": page([event]),
  "GET /activity?entity_type=INVOICE&entity_id=inv_2&limit=1": page([]),
};

describe("reconcile", () => {
  it("shows the documents without an event, and exits with 1", async () => {
    const { cwd } = await fakeApi(answers);
    writeFileSync(join(cwd, "documents.ndjson"), documents.join("\n"));
    const { context, shown } = aCommandContext({ cwd });
    const result = await dispatch(["reconcile", "documents.ndjson"], context);
    expect(shown.map(({ text }) => text)).toEqual([
      "line 3: INVOICE inv_2 changed 2026-05-11T08:30:12+02:00: no event",
    ]);
    expect(result).toMatchObject({
      exit: exitCodes.failed,
      text: "2 documents compared: 1 without any event, 0 whose newest event is older.",
      json: { documents: 2, no_event: 1, older_event: 0 },
    });
  });

  it("reads standard input, and exits with 0 if nothing is missing", async () => {
    const { cwd } = await fakeApi(answers);
    const { context } = aCommandContext({ cwd, stdin: Readable.from([Buffer.from(documents[0] ?? "")]) });
    expect(await dispatch(["reconcile", "-"], context)).toMatchObject({ exit: exitCodes.done });
  });

  it.each([
    ['{"entity_type":"INVOICE"}', "Line 1: entity_id is not valid."],
    ['{"entity_type":"INVOICE","entity_id":"inv_1","updated_at":"yesterday"}', "Line 1: updated_at is not valid."],
    [
      '{"entity_type":"INVOICE","entity_id":"inv_1","updatedAt":"2027-01-01T00:00:00Z"}',
      "Line 1: neither updated_at nor",
    ],
    ["entity_type,entity_id", "Line 1: not a JSON object."],
  ])("refuses the line %s", async (line, message) => {
    const { cwd } = await fakeApi(answers);
    const { context } = aCommandContext({ cwd, stdin: Readable.from([Buffer.from(line)]) });
    await expect(dispatch(["reconcile", "-"], context)).rejects.toThrow(message);
  });
});
