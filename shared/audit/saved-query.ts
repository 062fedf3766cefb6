import type { Field } from "./lines.ts";

/** What the user of a query fills in. Names are those of options and of placeholders. */
export type Parameter = "user" | "document" | "field" | "threshold";

type Value = string | number;

/** What must hold of a line. `matches` is a regular expression that JavaScript and CloudWatch read alike. */
export type Condition =
  | { readonly field: Field; readonly is: Value }
  | { readonly field: Field; readonly equals: Parameter }
  | { readonly field: Field; readonly matches: string }
  /** A list by commas, of which the parameter is one part. */
  | { readonly field: Field; readonly lists: Parameter }
  | { readonly field: Field; readonly atLeast: number | Parameter }
  | { readonly field: Field; readonly below: number }
  | { readonly field: Field; readonly isPresent: true }
  | { readonly anyOf: readonly Condition[] };

/** What is computed over the lines of a group: `records` counts stored records, `last` is the text that sorts last. */
export type Computed =
  | { readonly distinct: Field }
  | { readonly records: true }
  | { readonly least: Field }
  | { readonly greatest: Field }
  | { readonly last: Field };

/** Lines as they are, each once however often it was written. */
export type Rows = {
  readonly kind: "rows";
  readonly show: readonly Field[];
  /** What a line is identified by: lines in which all of these are equal are one. */
  readonly once: readonly Field[];
  /** The time that they are sorted by, newest first. */
  readonly by: Extract<Field, "time" | "occurred_at">;
};

/** A line for each group, largest first. */
export type Groups = {
  readonly kind: "groups";
  readonly by: readonly Field[];
  readonly compute: Readonly<Record<string, Computed>>;
  /** Of the computed columns: what a group must have to be shown. */
  readonly having?:
    | { readonly column: string; readonly atLeast: Parameter }
    | { readonly column: string; readonly above: string };
  /** The computed column that groups are sorted by. */
  readonly largest: string;
};

/** One question that auditors ask. It says the same in CloudWatch and over log files. */
export type SavedQuery = {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Which of the audit logs it reads. */
  readonly from: "events" | "access";
  /** What must be filled in, with what it means; a default where there is a usual one. */
  readonly parameters: Readonly<Partial<Record<Parameter, { readonly help: string; readonly usual?: number }>>>;
  /** What narrows the answer where it is filled in, and need not be. The console has no such thing: it is asked for all. */
  readonly narrowed?: Readonly<Partial<Record<Parameter, { readonly help: string; readonly where: Condition }>>>;
  /** Set where lines cannot say whose they are: who is refused for his token belongs to nobody. */
  readonly hasNoOrg?: true;
  readonly where: readonly Condition[];
  readonly result: Rows | Groups;
};

/** What holds of the lines of one organisation, whose id has letters, digits, `_` and `-` only. */
export function ofOrg(org: string): Condition {
  return {
    anyOf: [
      { field: "org_id", is: org },
      { field: "org_ids", matches: `(^|,)${org}(,|$)` },
    ],
  };
}

/** What the user filled in. */
export type Filled = Readonly<Partial<Record<Parameter, string | number>>>;

/** All that must hold of a line: the query's own conditions, those of what was filled in, and the organisation. */
export function conditionsOf({ where, narrowed = {} }: SavedQuery, filled: Filled, org: string | null): Condition[] {
  const narrowing = Object.entries(narrowed).filter(([name]) => Object.hasOwn(filled, name));
  return [...where, ...narrowing.map(([, { where: condition }]) => condition), ...(org === null ? [] : [ofOrg(org)])];
}

/** Rows of a result at most: what CloudWatch answers at most. */
export const maxRows = 10_000;
