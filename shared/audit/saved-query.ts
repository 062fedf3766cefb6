import type { LineField } from "./lines.ts";

/** What the user of a query fills in. Names are those of options and of placeholders. */
export type QueryParameter = "user" | "document" | "field" | "threshold";

type Value = string | number;

/** What must hold of a line. `matches` is a regular expression that JavaScript and CloudWatch read alike. */
export type LineCondition =
  | { readonly field: LineField; readonly is: Value }
  | { readonly field: LineField; readonly equals: QueryParameter }
  | { readonly field: LineField; readonly matches: string }
  /** A list by commas, of which the parameter is one part. */
  | { readonly field: LineField; readonly lists: QueryParameter }
  | { readonly field: LineField; readonly atLeast: number | QueryParameter }
  | { readonly field: LineField; readonly below: number }
  | { readonly field: LineField; readonly isPresent: true }
  | { readonly anyOf: readonly LineCondition[] };

/** What is computed over the lines of a group: `records` counts stored records, `last` is the text that sorts last. */
export type Aggregate =
  | { readonly distinct: LineField }
  | { readonly records: true }
  | { readonly min: LineField }
  | { readonly max: LineField }
  | { readonly last: LineField };

/** Lines as they are, each once however often it was written. */
export type RowsResult = {
  readonly kind: "rows";
  readonly show: readonly LineField[];
  /** What a line is identified by: lines in which all of these are equal are one. */
  readonly dedupBy: readonly LineField[];
  /** The time that they are sorted by, newest first. */
  readonly orderBy: Extract<LineField, "time" | "occurred_at">;
};

/** A line for each group, largest first. */
export type GroupsResult = {
  readonly kind: "groups";
  readonly groupBy: readonly LineField[];
  readonly compute: Readonly<Record<string, Aggregate>>;
  /** Of the computed columns: what a group must have to be shown. */
  readonly having?:
    | { readonly column: string; readonly atLeast: QueryParameter }
    | { readonly column: string; readonly above: string };
  /** The computed column that groups are sorted by. */
  readonly orderByDesc: string;
};

/** One question that auditors ask. It says the same in CloudWatch and over log files. */
export type SavedQuery = {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Which of the audit logs it reads. */
  readonly from: "events" | "access";
  /** What must be filled in, with what it means; a default where there is a usual one. */
  readonly parameters: Readonly<Partial<Record<QueryParameter, { readonly help: string; readonly default?: number }>>>;
  /** What narrows the answer where it is filled in, and need not be. The console has no such thing: it is asked for all. */
  readonly optionalParameters?: Readonly<
    Partial<Record<QueryParameter, { readonly help: string; readonly where: LineCondition }>>
  >;
  /** Set where lines cannot say whose they are: who is refused for his token belongs to nobody. */
  readonly hasNoOrg?: true;
  readonly where: readonly LineCondition[];
  readonly result: RowsResult | GroupsResult;
};

/** What holds of the lines of one organisation, whose id has letters, digits, `_` and `-` only. */
export function isOfOrgCondition(org: string): LineCondition {
  return {
    anyOf: [
      { field: "org_id", is: org },
      { field: "org_ids", matches: `(^|,)${org}(,|$)` },
    ],
  };
}

/** What the user filled in. */
export type QueryArgs = Readonly<Partial<Record<QueryParameter, string | number>>>;

/** All that must hold of a line: the query's own conditions, those of what was filled in, and the organisation. */
export function toConditions(
  { where, optionalParameters: narrowed = {} }: SavedQuery,
  filled: QueryArgs,
  org: string | null,
): LineCondition[] {
  const narrowing = Object.entries(narrowed).filter(([name]) => Object.hasOwn(filled, name));
  return [
    ...where,
    ...narrowing.map(([, { where: condition }]) => condition),
    ...(org === null ? [] : [isOfOrgCondition(org)]),
  ];
}

/** Rows of a result at most: what CloudWatch answers at most. */
export const maxRows = 10_000;
