import { actionVerb } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** What happened, in English: without the number of the entity, and with it. */
export type EventSummary = {
  /** `Invoice sent` */
  readonly title: string;
  /** `Invoice INV-2026-0042 sent` */
  readonly sentence: string;
};

type Described = Pick<ActivityEvent, "action" | "entity_id" | "entity_ref" | "changes"> & {
  readonly entity_type: string;
};

/** Verbs whose own words read badly. */
const wordings: Readonly<Record<string, string>> = {
  EMAIL_SENT: "sent by e-mail",
  PAID_BANK: "paid by bank transfer",
  PAID_WITH_THANK_YOU_NOTE: "paid, thank-you note sent",
  LOGGED_IN: "logged in",
  BACKUP_CREATED: "backed up",
  BACKUP_RESTORED: "restored from a backup",
};

/**
 * Returns an English summary of an event, for events without a text: `Invoice INV-2026-0042 sent`, `Comment added to
 * invoice INV-2026-0042`. An unknown verb is shown as its words.
 */
export function summarize(event: Described): EventSummary {
  const { entity_type, entity_id, entity_ref } = event;
  const noun = words(entity_type);
  const name = entity_ref ?? entity_id;
  const verb = actionVerb(event);
  const [, added] = /^(COMMENT|ATTACHMENT|NOTE|FILE)_ADDED$/.exec(verb) ?? [];
  if (added !== undefined) {
    const title = `${capital(words(added))} added`;
    return { title, sentence: `${title} to ${noun} ${name}` };
  }
  const happening = wordings[verb] ?? words(verb);
  const change = describeChange(event);
  const title = `${capital(noun)} ${happening}`;
  if (change === null) return { title, sentence: `${capital(noun)} ${name} ${happening}` };
  const updated = verb === "UPDATED" ? ` ${happening}` : "";
  return { title, sentence: `${capital(noun)} ${name}${updated}: ${change}` };
}

/** The change of one field. */
export type FieldChange = { readonly field: string; readonly old: unknown; readonly new: unknown };

type WithChanges = Pick<ActivityEvent, "changes">;

/**
 * Returns the change of the field `named`. Without a name returns the only change; `null` if the event has no change or
 * several.
 */
export function findChange(event: WithChanges, named: string | null = null): FieldChange | null {
  const all = parseChanges(event);
  if (named !== null) return all.find(({ field }) => field === named) ?? null;
  return all.length === 1 ? (all[0] ?? null) : null;
}

function parseChanges({ changes }: WithChanges): FieldChange[] {
  const parsed: unknown = changes === null ? null : JSON.parse(changes);
  if (!isJsonObject(parsed)) return [];
  return Object.entries(parsed).flatMap(([field, values]) =>
    isJsonObject(values) ? [{ field, old: values.old, new: values.new }] : [],
  );
}

/**
 * Describes what an update or a status change changed: `due date changed from A to B`, `due date and total changed`.
 */
function describeChange(event: Described): string | null {
  if (!/_(UPDATED|STATUS_CHANGED)$/.test(event.action)) return null;
  const isStatusChange = event.action.endsWith("_STATUS_CHANGED");
  const visible = parseChanges(event).filter(isVisibleChange);
  if (!isStatusChange && visible.length !== 1) return fieldNames(visible);
  const change = isStatusChange ? visible.find(({ field }) => field === "status") : visible[0];
  if (change === undefined) return null;
  const field = truncated(words(change.field));
  if (isEmpty(change.new)) return `${field} removed`;
  const from = isEmpty(change.old) ? "" : ` from ${truncated(change.old)}`;
  return `${field} changed${from} to ${truncated(change.new)}`;
}

/** Whether a reader can see the change: not from `null` to an empty text, and not to the same value. */
function isVisibleChange({ old, new: now }: FieldChange): boolean {
  return !(isEmpty(old) && isEmpty(now)) && JSON.stringify(old) !== JSON.stringify(now);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** Fields that a sentence names; it only counts the others. */
const maxFields = 5;

function fieldNames(changes: readonly FieldChange[]): string | null {
  if (changes.length < 2) return null;
  const names = changes.slice(0, maxFields).map(({ field }) => truncated(words(field)));
  const more = changes.length - names.length;
  const all = more > 0 ? [...names, `${more} more`] : names;
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)} changed`;
}

function truncated(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 99).toWellFormed()}…`;
}

function words(name: string): string {
  return name.toLowerCase().replaceAll("_", " ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
