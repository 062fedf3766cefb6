import type { Row, Window } from "#shared/audit/evaluate.ts";
import type { Filled, SavedQuery } from "#shared/audit/saved-query.ts";

export type AuditQueryResult = {
  readonly rows: readonly Row[];
  /** Whether rows were cut at the limit. */
  readonly isCut: boolean;
  /** Searched lines, of all organisations. */
  readonly searchedLines: number;
};

/** The audit logs of a stack. */
export type AuditLogSource = {
  runQuery(query: SavedQuery, filled: Filled, window: Window): Promise<AuditQueryResult>;
  /** Returns whether an organisation exists. Throws `CliError` if it cannot be determined. */
  hasOrg(query: SavedQuery, window: Window, orgId: string): Promise<boolean>;
};

/** Returns the columns of the result of a query, in order. */
export function columnsOf({ result }: SavedQuery): readonly string[] {
  return result.kind === "rows" ? result.show : [...result.by, ...Object.keys(result.compute)];
}
