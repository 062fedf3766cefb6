import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { assertLines } from "#clients/cli/emit/assert-ndjson.ts";
import { anInput } from "#test/support/builders.ts";

async function passed(text: string, name = "events.json", chunkSize = 7): Promise<string> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  let out = "";
  for await (const chunk of assertLines(chunks(), name)) out += chunk;
  return out;
}

const event = anInput();

describe("assertNdjson", () => {
  it.each([
    ["one event", JSON.stringify(event)],
    ["several events", `${JSON.stringify(event)}\n${JSON.stringify(event)}\n`],
    ["a byte order mark and empty lines", `\uFEFF\r\n\r\n${JSON.stringify(event)}\r\n`],
    ["a first line that is not JSON", `not json\n${JSON.stringify(event)}\n`],
    ["nothing", ""],
  ])("passes a source with %s unchanged", async (_, text) => {
    expect(await passed(text)).toBe(text);
    expect(await passed(text, "events.ndjson", 65_536)).toBe(text);
  });

  it.each([
    ["of one line", JSON.stringify([event, event])],
    ["of several lines", JSON.stringify([event], null, 2)],
    ["after a byte order mark", `\uFEFF \n${JSON.stringify([event])}`],
    ["longer than any line may be", JSON.stringify(Array(10_000).fill(event))],
  ])("rejects a JSON array %s once", async (_, text) => {
    for (const chunkSize of [7, 65_536]) {
      await expect(passed(text, "events.json", chunkSize)).rejects.toMatchObject({
        exit: exitCodes.usage,
        message:
          "The file is a JSON array, but emit needs one JSON object per line. Convert it: jq -c '.[]' events.json > events.ndjson",
      });
    }
  });

  it("rejects multi-line JSON once, also on standard input", async () => {
    await expect(passed(JSON.stringify(event, null, 2), "-", 65_536)).rejects.toMatchObject({
      exit: exitCodes.usage,
      message:
        "The file is formatted JSON, but emit needs one JSON object per line. Convert it: jq -c . > events.ndjson",
    });
    await expect(passed(JSON.stringify(event, null, 2))).rejects.toThrow("formatted JSON");
  });
});
