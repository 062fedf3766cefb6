import type { AuditRow, AuditWindow } from "#shared/audit/evaluate-query.ts";
import type { QueryArgs, SavedQuery } from "#shared/audit/saved-query.ts";

export type AuditQueryResult = {
  readonly rows: readonly AuditRow[];
  /** Whether rows were cut at the limit. */
  readonly isCut: boolean;
  /** Searched lines, of all organisations. */
  readonly searchedLines: number;
};

/** The audit logs of a stack. */
export type AuditLogSource = {
  runQuery(query: SavedQuery, filled: QueryArgs, window: AuditWindow): Promise<AuditQueryResult>;
  /** Returns whether an organisation exists. Throws `CliError` if it cannot be determined. */
  hasOrg(query: SavedQuery, window: AuditWindow, orgId: string): Promise<boolean>;
};

/** Returns the columns of the result of a query, in order. */
export function columnsOf({ result }: SavedQuery): readonly string[] {
  return result.kind === "rows" ? result.show : [...result.groupBy, ...Object.keys(result.compute)];
}
