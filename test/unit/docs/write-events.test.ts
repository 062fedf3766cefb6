import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentTypes, platformTypes } from "#shared/events/entity-types.ts";
import { ingestRules } from "#shared/events/event-json-schema.ts";
import { fieldTable } from "#test/support/docs/field-table.ts";
import { markdownTable, renewTables } from "#test/support/docs/generated-tables.ts";
import { projectFolder, readPage } from "#test/support/docs/pages.ts";

const page = "docs/write-events.md";

const inCode = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

const entityTypeTable = () =>
  markdownTable(
    ["served by", "entity types"],
    [
      ["all three APIs", inCode(documentTypes)],
      ["SimplyBooks and Fakturoid, where they have a name for it", inCode(platformTypes)],
    ],
  );

const ruleList = () =>
  Object.values(ingestRules)
    .map((text) => `- ${text}`)
    .join("\n");

describe(page, () => {
  it("has the tables that the schema of events yields", async () => {
    const tables = { fields: fieldTable(), "entity-types": entityTypeTable(), rules: ruleList() };
    await expect(renewTables(readPage(page), tables)).toMatchFileSnapshot(join(projectFolder, page));
  });
});
