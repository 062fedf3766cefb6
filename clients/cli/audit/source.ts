import type { AuditRow, AuditWindow } from "#shared/audit/evaluate.ts";
import type { QueryArgs, SavedQuery } from "#shared/audit/saved-query.ts";

export type AuditQueryResult = {
  readonly rows: readonly AuditRow[];
  /** Whether there was more than one answer can hold. */
  readonly isCut: boolean;
  /** Lines of the log, of all organisations, that were searched. */
  readonly searchedLines: number;
};

/** The audit logs of a stack. */
export type AuditLogSource = {
  runQuery(query: SavedQuery, filled: QueryArgs, window: AuditWindow): Promise<AuditQueryResult>;
  /** Whether there is an organisation of that id. Throws `CliError` where that cannot be told. */
  hasOrg(query: SavedQuery, window: AuditWindow, orgId: string): Promise<boolean>;
};

/** The columns of a query's result, in their order. */
export function columnsOf({ result }: SavedQuery): readonly string[] {
  return result.kind === "rows" ? result.show : [...result.groupBy, ...Object.keys(result.compute)];
}
