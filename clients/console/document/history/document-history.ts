import type { DocumentEvent } from "./document-event.ts";
import { type FieldChange, type FieldConflict, findConflict } from "./field-conflict.ts";
import { getTransition, isBeginning, type Lifecycle } from "./lifecycle.ts";

/** A field as of a moment. */
export type FieldState = {
  readonly field: string;
  readonly value: unknown;
  /** `known`: an event up to the moment has set it. `inferred`: the next event that changes it says what it was. */
  readonly kind: "known" | "inferred";
  /** The index of the event that the value is from. */
  readonly from: number;
  /** The value before, if the event of the moment has changed it. */
  readonly change: { readonly old: unknown; readonly conflict: FieldConflict | null } | null;
};

/** The state of a document as of one of its events, folded from the changes. */
export type DocumentState = { readonly fields: readonly FieldState[]; readonly lifecycle: Lifecycle };

/**
 * The events of a document, oldest first, with an index of the changes by field. A state is found by a binary search in
 * the changes of each field, so that it costs the same at any moment, however many events there are.
 */
export class DocumentHistory {
  readonly events: readonly DocumentEvent[];
  /** The indexes of the events whose changes conflict with those before, in order. */
  readonly conflicts: readonly number[];
  readonly #fields = new Map<string, FieldChange[]>();
  readonly #transitions: { readonly index: number; readonly lifecycle: Lifecycle }[] = [];

  /** `events` are in the order of the log, oldest first. */
  constructor(events: readonly DocumentEvent[]) {
    this.events = events;
    for (const [index, event] of events.entries()) {
      for (const change of event.changes) this.#add(change.field, { index, old: change.old, new: change.new });
      const lifecycle = getTransition(event);
      if (lifecycle !== null) this.#transitions.push({ index, lifecycle });
    }
    this.conflicts = this.#findConflicts();
  }

  /** Whether the log has the beginning of the document. */
  get hasBeginning(): boolean {
    const [first] = this.events;
    return first === undefined || isBeginning(first);
  }

  /** Returns the state after the event at an index; fields are in the order in which they were first changed. */
  stateAt(index: number): DocumentState {
    const fields = [...this.#fields].map(([field, changes]) => this.#fieldAt(field, changes, index));
    const [last] = this.#transitions.slice(0, countUpTo(this.#transitions, index)).slice(-1);
    return { fields, lifecycle: last?.lifecycle ?? "active" };
  }

  #add(field: string, change: FieldChange): void {
    const changes = this.#fields.get(field);
    if (changes === undefined) this.#fields.set(field, [change]);
    else changes.push(change);
  }

  #fieldAt(field: string, changes: readonly FieldChange[], index: number): FieldState {
    const count = countUpTo(changes, index);
    const [last, next] = [changes[count - 1], changes[count]];
    if (last === undefined) {
      return { field, value: next?.old ?? null, kind: "inferred", from: next?.index ?? index, change: null };
    }
    const { index: from, new: value, old } = last;
    const change = from === index ? { old, conflict: findConflict(changes, count - 1, this.#timeOf) } : null;
    return { field, value, kind: "known", from, change };
  }

  #findConflicts(): readonly number[] {
    const indexes = new Set<number>();
    for (const changes of this.#fields.values()) {
      for (const [position, { index }] of changes.entries()) {
        if (findConflict(changes, position, this.#timeOf) !== null) indexes.add(index);
      }
    }
    return [...indexes].sort((one, other) => one - other);
  }

  readonly #timeOf = (index: number): number => this.events[index]?.occurredAtMs ?? 0;
}

/** Returns how many entries, which are in the order of their indexes, are at or before an index. */
function countUpTo(entries: readonly { readonly index: number }[], index: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.index ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}
