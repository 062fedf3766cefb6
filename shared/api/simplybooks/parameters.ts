import { invalidValue } from "#shared/api/http/parameters.ts";
import { queryParameter, type UnparsedParameter } from "#shared/api/operations/parameter.ts";
import { filterPattern, maxFilterLength, parseActivityFilter } from "./filter/conditions.ts";
import { foldCase } from "./filter/search.ts";
import type { ResponseFormat } from "./format/negotiate-format.ts";
import { type ActivityField, activityFields } from "./mapping.ts";

/** Activities per page: default and maximum. */
export const maxTake = 100;

/** Maximum of `skip`: nine digits. */
const maxSkip = 999_999_999;

/** Maximum characters of a search. */
const maxSearchLength = 256;

const example = (value: string) => ({ value });

/** `credentials.ts` parses it. */
export const accountId: UnparsedParameter = {
  component: "SimplybooksAccountId",
  name: "X-AccountId",
  in: "header",
  description: "The account, by id or number. Optional if the key is for one account only.",
  schema: { type: "string" },
  example: "1001",
};

/** `negotiateFormat` parses it, for errors as well. */
export const format: UnparsedParameter = {
  component: "SimplybooksFormat",
  name: "format",
  in: "query",
  description:
    "The format of the response. Without it, `Accept` decides; the default is XML, as with the vendor. Generated " +
    "clients should always set `json`: many send no `Accept` or prefer the first media type, and would parse XML as JSON.",
  schema: { type: "string", enum: ["xml", "json"] satisfies ResponseFormat[] },
};

/** The fields to show, in the order of the contract; all without it. */
export const fields = queryParameter({
  component: "SimplybooksFields",
  name: "fields",
  description:
    "The fields to show, separated by commas; all without it. Their order in the response is fixed. Empty names are " +
    "ignored.",
  style: "form",
  explode: false,
  schema: { type: "array", items: { type: "string", enum: activityFields } },
  example: ["activity_id", "date", "description"],
  parse: parseFields,
});

function parseFields(text: string | null): readonly ActivityField[] {
  const names = (text ?? "").split(",").flatMap((name) => name.trim() || []);
  if (names.length === 0) return activityFields;
  const isField = new Set<string>(activityFields);
  const unknown = names.find((name) => !isField.has(name));
  if (unknown !== undefined) throw invalidValue(unknown, `${unknown.slice(0, 64)} unknown`);
  return activityFields.filter((field) => names.includes(field));
}

/** A term with its case folded; empty without it. */
export const search = queryParameter({
  component: "SimplybooksSearch",
  name: "search",
  description:
    "A term in `type`, `user`, `description` or `information`, or in the id of the activity, of the customer or of a " +
    "reference. Case and Unicode normal form are ignored.",
  schema: { type: "string", maxLength: maxSearchLength },
  parse: (text) => {
    const term = (text ?? "").trim();
    if (term.length > maxSearchLength) throw invalidValue("search", "search too long");
    return foldCase(term);
  },
});

export const filter = queryParameter({
  component: "SimplybooksFilter",
  name: "filter",
  description:
    "Conditions, separated by commas, all of which must match: `field=value`, with `=`, `!=`, `<=`, `>=`, `<`, `>`, or " +
    "`=~` for contains, ignoring case; or `field__eq__value`, with `eq`, `ne`, `le`, `ge`, `lt`, `gt`. All fields " +
    "except `references` are allowed. An absent value is empty text; whole numbers are compared as numbers, other " +
    "values as text. `date` is in the account's time zone, as `2026-05-31` or `2026-05-31 18:30:00`; a date without a " +
    "time means the whole day, so that `date<=2026-05-31` includes it and `date>2026-05-31` begins after it. A comma " +
    "at the end is ignored.",
  schema: { type: "string", maxLength: maxFilterLength, pattern: filterPattern.source },
  examples: {
    signs: example("date>=2026-05-01,date<=2026-05-31,type=invoice_email"),
    words: example("client_id__eq__7041,date__ge__2026-05-01"),
    contains: example("description=~invoice"),
  },
  parse: (text) => parseActivityFilter(text ?? ""),
});

export const skip = queryParameter({
  component: "SimplybooksSkip",
  name: "skip",
  description: "Activities to skip, from the newest.",
  schema: { type: "integer", minimum: 0, maximum: maxSkip, default: 0 },
  parse: (text) => parseCount(text, { name: "skip", defaultCount: 0, min: 0, max: maxSkip }),
});

export const take = queryParameter({
  component: "SimplybooksTake",
  name: "take",
  description: "Maximum activities per page.",
  schema: { type: "integer", minimum: 1, maximum: maxTake, default: maxTake },
  parse: (text) => parseCount(text, { name: "take", defaultCount: maxTake, min: 1, max: maxTake }),
});

type CountBounds = {
  readonly name: string;
  readonly defaultCount: number;
  readonly min: number;
  readonly max: number;
};

function parseCount(text: string | null, { name, defaultCount, min, max }: CountBounds): number {
  if (text === null) return defaultCount;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalidValue(name, `${name} unknown: it must be a whole number from ${min} to ${max}`);
}
