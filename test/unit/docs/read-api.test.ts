import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { operationOf, operations } from "#test/support/api/api-description.ts";
import { markdownTable, renewTables } from "#test/support/docs/generated-tables.ts";
import { projectFolder, readPage } from "#test/support/docs/pages.ts";

const page = "docs/read-api.md";

const responseSchema = z.object({
  description: z.string(),
  content: z.object({ "application/json": z.object({ examples: z.record(z.string(), z.unknown()) }) }),
});

/** The errors of all operations of the read API and the webhook API, by status. */
function errorTable(): string {
  const responses = operations
    .filter(({ path }) => path.startsWith("/api/public/v1/"))
    .flatMap((operation) => Object.entries(operation.responses))
    .filter(([status]) => Number(status) >= 400);
  const rows = [...new Map(responses)].toSorted().map(([status, response]) => {
    const { description, content } = responseSchema.parse(response);
    const codes = Object.keys(content["application/json"].examples).map((code) => `\`${code}\``);
    return [status, codes.join(", "), description];
  });
  return markdownTable(["status", "`code`", "when"], rows);
}

describe(page, () => {
  it("has a table of the errors that the API returns", async () => {
    await expect(renewTables(readPage(page), { errors: errorTable() })).toMatchFileSnapshot(join(projectFolder, page));
  });

  it("lists every parameter of the feed", () => {
    const names = operationOf("list_activity").parameters?.filter((one) => one.in === "query") ?? [];
    const table = readPage(page).split("## Parameters")[1]?.split("\n##")[0] ?? "";
    expect(names.map(({ name }) => name).filter((name) => !table.includes(`\`${name}\``))).toEqual(["organization_id"]);
  });
});
