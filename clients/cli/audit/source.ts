import type { Row, Window } from "#shared/audit/evaluate.ts";
import type { Filled, SavedQuery } from "#shared/audit/saved-query.ts";

export type Answer = {
  readonly rows: readonly Row[];
  /** Whether there was more than one answer can hold. */
  readonly isCut: boolean;
  /** Lines of the log, of all organisations, that were searched. */
  readonly searchedLines: number;
};

/** The audit logs of a stack. */
export type ReviewSource = {
  answer(query: SavedQuery, filled: Filled, window: Window): Promise<Answer>;
  /** Whether there is an organisation of that id. Throws `CliError` where that cannot be told. */
  hasOrg(query: SavedQuery, window: Window, orgId: string): Promise<boolean>;
};

/** The columns of a query's result, in their order. */
export function columnsOf({ result }: SavedQuery): readonly string[] {
  return result.kind === "rows" ? result.show : [...result.by, ...Object.keys(result.compute)];
}
