import type { Row, Window } from "../../../shared/review/evaluate.ts";
import type { Filled, SavedQuery } from "../../../shared/review/saved-query.ts";

export type Answer = {
  readonly rows: readonly Row[];
  /** Whether there was more than one answer can hold. */
  readonly isCut: boolean;
};

/** The audit logs of a stack. */
export type ReviewSource = {
  answer(query: SavedQuery, filled: Filled, window: Window): Promise<Answer>;
};

/** The columns of a query's result, in their order. */
export function columnsOf({ result }: SavedQuery): readonly string[] {
  return result.kind === "rows" ? result.show : [...result.by, ...Object.keys(result.compute)];
}
