import type { FeedEvent } from "#clients/console/activity/feed/feed-event.ts";

/** A row of the list: the heading of a day, or an event. */
export type ListRow =
  | { readonly kind: "day"; readonly timeMs: number }
  | { readonly kind: "event"; readonly event: FeedEvent; readonly index: number };

/** The heights of rows in pixels. */
export type RowHeights = { readonly day: number; readonly event: number };

/** Builds the rows of a growing list; only what was added is looked at. `toDay` identifies the day of a time. */
export class ListRows {
  readonly #toDay: (timeMs: number) => string;
  #events: readonly FeedEvent[] = [];
  #count = 0;
  #rows: ListRow[] = [];
  #positions: number[] = [];
  /** The number of headings before each row. */
  #headings: number[] = [];
  #headingCount = 0;
  #lastDay = "";

  constructor(toDay: (timeMs: number) => string) {
    this.#toDay = toDay;
  }

  get rows(): readonly ListRow[] {
    return this.#rows;
  }

  /** Returns the row of an event by its index in the list of events. */
  toRow(eventIndex: number): number {
    return this.#positions[eventIndex] ?? -1;
  }

  /** Returns the pixels above a row; for the number of rows, the height of all. */
  toTop(row: number, { day, event }: RowHeights): number {
    const headings = this.#headings[row] ?? this.#headingCount;
    return headings * day + (row - headings) * event;
  }

  update(events: readonly FeedEvent[]): void {
    if (events !== this.#events) {
      this.#events = events;
      this.#count = 0;
      this.#rows = [];
      this.#positions = [];
      this.#headings = [];
      this.#headingCount = 0;
      this.#lastDay = "";
    }
    for (; this.#count < events.length; this.#count++) this.#add(events[this.#count], this.#count);
  }

  #add(event: FeedEvent | undefined, index: number): void {
    if (event === undefined) return;
    const day = this.#toDay(event.timeMs);
    if (day !== this.#lastDay) {
      this.#headings.push(this.#headingCount++);
      this.#rows.push({ kind: "day", timeMs: event.timeMs });
    }
    this.#lastDay = day;
    this.#headings.push(this.#headingCount);
    this.#positions.push(this.#rows.length);
    this.#rows.push({ kind: "event", event, index });
  }
}

/** Returns the day of a time in the zone of the browser, without the cost of `Intl`. */
export function toLocalDay(timeMs: number): string {
  const date = new Date(timeMs);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}
