import type { LineField } from "./line-types.ts";

/** The parameters of queries. Also the names of command-line options and placeholders. */
export type QueryParameter = "user" | "document" | "field" | "token" | "threshold";

type Value = string | number;

/** A condition on a line. `matches` is a regular expression that JavaScript and CloudWatch evaluate alike. */
export type LineCondition =
  | { readonly field: LineField; readonly is: Value }
  | { readonly field: LineField; readonly equals: QueryParameter }
  | { readonly field: LineField; readonly matches: string }
  /** A list separated by commas that contains the parameter. */
  | { readonly field: LineField; readonly lists: QueryParameter }
  | { readonly field: LineField; readonly atLeast: number | QueryParameter }
  | { readonly field: LineField; readonly below: number }
  | { readonly field: LineField; readonly isPresent: true }
  | { readonly anyOf: readonly LineCondition[] };

/** An aggregate over the lines of a group: `records` counts stored records, `last` is the text that sorts last. */
export type Aggregate =
  | { readonly distinct: LineField }
  | { readonly records: true }
  | { readonly min: LineField }
  | { readonly max: LineField }
  | { readonly last: LineField };

/** A result of single lines, without duplicates. */
export type RowsResult = {
  readonly kind: "rows";
  readonly show: readonly LineField[];
  /** The fields that identify a line: lines with equal values are duplicates. */
  readonly dedupBy: readonly LineField[];
  /** The time by which lines are sorted, newest first. */
  readonly orderBy: Extract<LineField, "time" | "occurred_at">;
};

/** A result with one row per group, largest first. */
export type GroupsResult = {
  readonly kind: "groups";
  readonly groupBy: readonly LineField[];
  readonly compute: Readonly<Record<string, Aggregate>>;
  /** A condition on the computed columns of a group. */
  readonly having?:
    | { readonly column: string; readonly atLeast: QueryParameter }
    | { readonly column: string; readonly above: string };
  /** The computed column by which groups are sorted. */
  readonly orderByDesc: string;
};

/** A query for auditors with the same result in CloudWatch and over log files. */
export type SavedQuery = {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** The audit log that it reads. */
  readonly from: "events" | "access";
  /** Required parameters, with help and, if there is a usual value, a default. */
  readonly parameters: Readonly<Partial<Record<QueryParameter, { readonly help: string; readonly default?: number }>>>;
  /** Optional parameters that narrow the result. The CloudWatch console does not support them. */
  readonly optionalParameters?: Readonly<
    Partial<Record<QueryParameter, { readonly help: string; readonly where: LineCondition }>>
  >;
  /** Set for lines without an organisation (failed authentication). */
  readonly hasNoOrg?: true;
  readonly where: readonly LineCondition[];
  readonly result: RowsResult | GroupsResult;
};

/** Returns the condition for the lines of one organisation. An id has only letters, digits, `_` and `-`. */
export function isOfOrgCondition(org: string): LineCondition {
  return {
    anyOf: [
      { field: "org_id", is: org },
      { field: "org_ids", matches: `(^|,)${org}(,|$)` },
    ],
  };
}

/** The arguments of a query. */
export type QueryArgs = Readonly<Partial<Record<QueryParameter, string | number>>>;

/** Returns all conditions of a query: its own, those of its optional arguments, and that of the organisation. */
export function toConditions(
  { where, optionalParameters = {} }: SavedQuery,
  args: QueryArgs,
  org: string | null,
): LineCondition[] {
  const narrowing = Object.entries(optionalParameters).filter(([name]) => Object.hasOwn(args, name));
  return [
    ...where,
    ...narrowing.map(([, { where: condition }]) => condition),
    ...(org === null ? [] : [isOfOrgCondition(org)]),
  ];
}

/** Maximum rows of a result, which is the limit of CloudWatch. */
export const maxRows = 10_000;
