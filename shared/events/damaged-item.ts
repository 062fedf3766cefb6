/** An item of the events table that is not an event as this log writes it, by the beginning of its keys, and what is wrong with it. */
export type DamagedItem = { readonly timeline: string; readonly position: string; readonly reason: string };

/** Thrown where one item was asked for and that item is damaged. Lists leave such items out instead. */
export class DamagedItemError extends Error {
  override readonly name = "DamagedItemError";
  readonly item: DamagedItem;

  constructor(item: DamagedItem) {
    super(`The item ${item.timeline} ${item.position} is not an event of this log: ${item.reason}.`);
    this.item = item;
  }
}
