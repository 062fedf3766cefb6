import * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import type { FileLine } from "#clients/cli/emit/read-lines.ts";
import { parseJson } from "#shared/platform/json.ts";

const documentSchema = z.looseObject({
  entity_type: z.string().min(1),
  entity_id: z.string().min(1),
  updated_at: z.iso.datetime({ offset: true }).nullish(),
  version: z.union([z.string(), z.number()]).nullish(),
});

/** A document of the export, and its line. */
export type DocumentLine = z.infer<typeof documentSchema> & { readonly line: number };

/** Parses the document of a line; `null` for an empty line. Throws `CliError` `usage` if it is not one. */
export function parseDocumentLine({ number, content }: FileLine): DocumentLine | null {
  const text = content
    ?.toString()
    .replace(/^\uFEFF/, "")
    .trim();
  if (text === "") return null;
  const parsed = documentSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (parsed.success) {
    const { updated_at, version } = parsed.data;
    // A misspelt field would otherwise mean that any event is new enough.
    if (updated_at == null && version == null) {
      throw new CliError("usage", `Line ${number}: neither updated_at nor version. Give one of them.`);
    }
    return { ...parsed.data, line: number };
  }
  const field = parsed.error.issues[0]?.path.join(".");
  const expected = '{"entity_type", "entity_id", "updated_at" or "version"} with times such as 2026-05-11T08:30:12Z';
  throw new CliError(
    "usage",
    `Line ${number}: ${field ? `${field} is not valid` : "not a JSON object"}. Expected ${expected}.`,
  );
}
