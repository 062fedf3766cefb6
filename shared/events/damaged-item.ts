/** An item of the events table that is not a valid event: the beginnings of its keys, and the reason. */
export type DamagedItem = { readonly timeline: string; readonly position: string; readonly reason: string };

/** Thrown if a single requested item is damaged. Lists omit such items instead. */
export class DamagedItemError extends Error {
  override readonly name = "DamagedItemError";
  readonly item: DamagedItem;

  constructor(item: DamagedItem) {
    super(`The item ${item.timeline} ${item.position} is not a valid event: ${item.reason}.`);
    this.item = item;
  }
}
