import { invalidValue } from "#shared/api/http/parameters.ts";
import { type Activity, type ActivityField, activityFields } from "#shared/api/simplybooks/mapping.ts";
import { parseLocalDate } from "./local-date.ts";
import { foldCase } from "./search.ts";

const operators = {
  "=~": "contains",
  "!=": "ne",
  "<=": "le",
  ">=": "ge",
  "=": "eq",
  "<": "lt",
  ">": "gt",
} as const;

export type FilterOperator = (typeof operators)[keyof typeof operators];

export type FilterCondition = {
  readonly field: Exclude<ActivityField, "references">;
  readonly operator: FilterOperator;
  readonly value: string;
};

const conditionParts = /^([a-z_]+?)(?:__(eq|ne|le|ge|lt|gt)__|(=~|!=|<=|>=|=|<|>))(.*)$/s;

const conditionPattern = "\\s*[a-z_]+(?:=|!=|<|>|__(?:eq|ne|le|ge|lt|gt)__)[^,]*";

/** The syntax of a filter: conditions separated by commas; may be empty. */
export const filterPattern = new RegExp(`^(?:${conditionPattern}(?:,${conditionPattern})*,?)?\\s*$`);

/** Splits a filter into its conditions. Some clients end a filter with a comma. */
function splitConditions(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  return entries.at(-1) === "" ? entries.slice(0, -1) : entries;
}

/** Maximum conditions of a filter, and its maximum length. */
const maxConditions = 20;
export const maxFilterLength = 2_000;

/**
 * Parses a filter: conditions separated by commas, all of which must match, as `field=value` or `field__eq__value`.
 * Throws `ActivityError` `invalid_value` with the name of the field.
 */
export function parseActivityFilter(text: string): readonly FilterCondition[] {
  if (text.length > maxFilterLength) throw invalidValue("filter", "filter too long");
  const parts = splitConditions(text);
  if (parts.length > maxConditions) throw invalidValue("filter", "filter too long");
  return parts.map(parseCondition);
}

function parseCondition(part: string): FilterCondition {
  const [, name, word, sign, value = ""] = conditionParts.exec(part) ?? [];
  if (name === undefined) {
    const message = `filter unknown: write conditions as field=value, not '${part.slice(0, 64)}'`;
    throw invalidValue("filter", message);
  }
  const field = activityFields.find((known) => known === name);
  if (field === undefined || field === "references")
    throw invalidValue(name.slice(0, 64), `${name.slice(0, 64)} unknown`);
  if (field === "date" && sign !== "=~" && parseLocalDate(value) === null) {
    throw invalidValue("date", "date unknown: write it as 2026-05-31 or 2026-05-31 18:30:00");
  }
  return { field, operator: toOperator(word ?? sign), value };
}

function toOperator(text: string | undefined): FilterOperator {
  const found = Object.entries(operators).find(([sign, word]) => sign === text || word === text);
  return found?.[1] ?? "eq";
}

/** Whether the shown value of an activity's field matches a condition. An absent value is empty text. */
export function matchesCondition(activity: Activity, { field, operator, value }: FilterCondition): boolean {
  const shown = activity[field] ?? "";
  if (operator === "contains") return foldCase(shown).includes(foldCase(value));
  if (field === "date") return matchesDate(shown, operator, value);
  // Compared as text, like in the index: 007 is not 7.
  if (operator === "eq") return shown === value;
  if (operator === "ne") return shown !== value;
  const order = compare(shown, value);
  switch (operator) {
    case "le":
      return order <= 0;
    case "ge":
      return order >= 0;
    case "lt":
      return order < 0;
    case "gt":
      return order > 0;
  }
}

/** A date without a time matches its whole day. */
function matchesDate(shown: string, operator: Exclude<FilterOperator, "contains">, value: string): boolean {
  const { first, last } = parseLocalDate(value) ?? { first: value, last: value };
  switch (operator) {
    case "eq":
      return shown >= first && shown <= last;
    case "ne":
      return shown < first || shown > last;
    case "le":
      return shown <= last;
    case "ge":
      return shown >= first;
    case "lt":
      return shown < first;
    case "gt":
      return shown > last;
  }
}

const decimal = /^\d{1,30}$/;

/** Numbers compare as numbers, everything else as text. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  if (decimal.test(left) && decimal.test(right)) {
    const a = BigInt(left);
    const b = BigInt(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return left < right ? -1 : 1;
}
