import { isSameValue } from "./same-value.ts";

/** The change of a field by the event at an index. */
export type FieldChange = { readonly index: number; readonly old: unknown; readonly new: unknown };

/**
 * Why the old value of a change is not the value that the changes before it lead to:
 * `same_time`: both events occurred in the same millisecond, so their order is unknown.
 * `order`: the values agree in another order, so a clock was wrong or an event was logged with a wrong time.
 * `missing`: a change in between is not in the log.
 */
export type FieldConflict = {
  readonly cause: "same_time" | "order" | "missing";
  /** The value that the changes before lead to. */
  readonly expected: unknown;
};

/** Returns the conflict of the change at a position in the changes of one field, oldest first; `null` if it has none. */
export function findConflict(
  changes: readonly FieldChange[],
  position: number,
  timeOf: (index: number) => number,
): FieldConflict | null {
  const change = changes[position];
  const previous = changes[position - 1];
  if (change === undefined || previous === undefined || isSameValue(previous.new, change.old)) return null;
  const expected = previous.new;
  if (timeOf(previous.index) === timeOf(change.index)) return { cause: "same_time", expected };
  return { cause: fitsElsewhere(changes, position, change, previous) ? "order" : "missing", expected };
}

function fitsElsewhere(
  changes: readonly FieldChange[],
  position: number,
  change: FieldChange,
  previous: FieldChange,
): boolean {
  const [earlier, next] = [changes[position - 2], changes[position + 1]];
  const isBeforePrevious = isSameValue(previous.old, change.new);
  const isAfterEarlier = earlier !== undefined && isSameValue(earlier.new, change.old);
  const isAfterNext = next !== undefined && isSameValue(next.new, change.old);
  return isBeforePrevious || isAfterEarlier || isAfterNext;
}
