import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { toDisplayText } from "./display-text.ts";

/** A detail: its name, the text to show, and the whole value to copy. */
export type EventDetail = {
  readonly name: string;
  readonly text: string;
  readonly value: string;
  readonly isId: boolean;
};

/** Returns the metadata of an event, and values inside of objects by the path of their names: `device.os`. */
export function listMetadata({ metadata }: TimelineEvent): readonly EventDetail[] {
  return flatten(metadata, "").slice(0, maxDetails);
}

/** An event may have thousands of fields. */
const maxDetails = 50;

function flatten(object: object, prefix: string): EventDetail[] {
  return Object.entries(object).flatMap(([key, item]) => {
    const name = `${prefix}${key}`;
    if (typeof item === "object" && item !== null && !Array.isArray(item)) return flatten(item, `${name}.`);
    const value = formatItem(item);
    return value === ""
      ? []
      : [{ name: toDisplayText(name), text: toDisplayText(value), value, isId: /_id$/.test(name) }];
  });
}

function formatItem(item: unknown): string {
  if (item === null || item === undefined) return "";
  if (Array.isArray(item)) return item.map(formatItem).join(", ");
  return typeof item === "object" ? JSON.stringify(item) : String(item);
}
