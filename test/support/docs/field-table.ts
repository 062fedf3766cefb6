import * as z from "zod";
import { eventJsonSchema } from "#shared/events/event-json-schema.ts";
import { actionPattern, eventIdPattern, maxDepth, orgIdPattern } from "#shared/events/limits.ts";
import { markdownTable } from "./generated-tables.ts";

type Schema = {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly pattern?: string | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
};

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.string()).optional(),
    pattern: z.string().optional(),
    maxLength: z.number().optional(),
    maxItems: z.number().optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
    items: schemaSchema.optional(),
    anyOf: z.array(schemaSchema).optional(),
  }),
);

/** Patterns in words. `occurred_at` and `entity_type` have sections of their own in the page. */
const patternWords: Readonly<Record<string, string>> = {
  [eventIdPattern.source]: "`evt_` and 32 lower-case hexadecimal digits",
  [orgIdPattern.source]: "letters, digits, `-`, `_`; at most 64 characters",
  [actionPattern.source]: "words in upper case, joined by `_`, such as `INVOICE_SENT`",
};

const limitWords: Readonly<Record<string, string>> = {
  occurred_at: "[a time](read-api.md#time-formats), at most 5 minutes ahead",
  entity_type: "[one of these](#entity-types)",
  "actor.avatar_url": "https, or empty; at most 2,048 characters",
  "related[].entity_type": "[one of these](#entity-types)",
  changes: `maps each field to \`{old, new}\`; at most ${maxDepth} levels`,
  metadata: `at most ${maxDepth} levels`,
  params: `at most ${maxDepth} levels`,
};

/** Descriptions that the JSON Schema leaves to the names of the fields. */
const nestedMeanings: Readonly<Record<string, string>> = {
  occurred_at: "When it happened.",
  "actor.name": "The name of the actor, as of then.",
  "actor.email": "The e-mail address of the actor.",
  "actor.avatar_url": "A picture of the actor.",
  "actor.type": "The kind of actor.",
  "actor.on_behalf_of": "The user whose account support or an agent used.",
  "actor.on_behalf_of.user_id": "The id of that user.",
  "actor.on_behalf_of.name": "The name of that user.",
  "related[].entity_type": "The type of the related entity.",
  "related[].entity_id": "Its id.",
  "related[].entity_ref": "Its number or name.",
};

/** Returns the fields of an event as a table of Markdown, derived from the JSON Schema that the API serves. */
export function fieldTable(): string {
  const schema = schemaSchema.parse(JSON.parse(JSON.stringify(eventJsonSchema("https://api.example.com"))));
  return markdownTable(["field", "type", "required", "limits", "meaning"], rowsOf(schema, ""));
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const { inner, isNullable } = withoutNull(schema);
    const type = `${inner.type ?? ""}${isNullable ? " or null" : ""}`;
    const meaning = nestedMeanings[path] ?? schema.description ?? "";
    const row = [`\`${path}\``, type, required.includes(name) ? "yes" : "", limitsOf(path, inner), meaning];
    return [row, ...rowsOf(inner, `${path}.`), ...rowsOf(inner.items ?? {}, `${path}[].`)];
  });
}

function withoutNull(schema: Schema): { readonly inner: Schema; readonly isNullable: boolean } {
  const others = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  const [inner] = others;
  if (inner === undefined || others.length === schema.anyOf?.length) return { inner: schema, isNullable: false };
  return { inner, isNullable: true };
}

function limitsOf(path: string, { pattern, maxLength, maxItems, enum: values }: Schema): string {
  const words = limitWords[path];
  if (words !== undefined) return words;
  const limits = [
    pattern === undefined ? [] : [patternWords[pattern] ?? `\`${pattern}\``],
    values === undefined ? [] : [values.map((value) => `\`${value}\``).join(", ")],
    maxLength === undefined ? [] : [`at most ${maxLength.toLocaleString("en-US")} characters`],
    maxItems === undefined ? [] : [`at most ${maxItems} items`],
  ];
  return limits.flat().join("; ");
}
