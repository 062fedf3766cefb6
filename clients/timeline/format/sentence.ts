import type { TimelineEntity, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { toActorName } from "./actor-name.ts";
import { capitalize, toDisplayText, toWords } from "./display-text.ts";
import { lookup } from "./lookup.ts";

/** A part of a sentence. Names are data: they are isolated from the direction of the text around them. */
export type SentencePart = {
  readonly kind: "text" | "actor" | "document" | "principal";
  readonly text: string;
};

type Described = Pick<TimelineEvent, "action" | "entity" | "actor" | "text">;

/**
 * Returns what happened as a sentence: `Priya Sharma sent INV-2026-0042`, without an actor `INV-2026-0042 was paid`. An
 * unknown action is described by the text of the event, or else by its own words.
 */
export function formatSentence(event: Described, messages: Messages): readonly SentencePart[] {
  const actor = toActorName(event.actor);
  const template = findTemplate(toVerb(event), actor === null ? 1 : 0, messages);
  if (template === null) {
    const text: SentencePart = { kind: "text", text: formatUnknown(event, messages) };
    return actor === null ? [text] : [text, { kind: "text", text: " · " }, { kind: "actor", text: actor }];
  }
  const names: Record<string, SentencePart> = {
    document: { kind: "document", text: formatEntity(event.entity, messages) },
    actor: { kind: "actor", text: actor ?? "" },
  };
  const parts = fill(template, names);
  const { onBehalfOf } = event.actor;
  if (onBehalfOf === null || actor === null) return parts;
  const principal = toDisplayText(onBehalfOf.name ?? onBehalfOf.id);
  return [...parts, ...fill(messages.onBehalfOf, { name: { kind: "principal", text: principal } })];
}

/** Returns the action without the entity type: `SENT` of `INVOICE_SENT`. Other actions stay whole (`EMAIL_SENT`). */
export function toVerb({ action, entity }: Pick<TimelineEvent, "action" | "entity">): string {
  return action.startsWith(`${entity.type}_`) ? action.slice(entity.type.length + 1) : action;
}

/** Returns the number or name of an entity, or else its type and id: `invoice inv_8c3f1a9b`. */
export function formatEntity({ type, id, ref }: TimelineEntity, messages: Messages): string {
  const name = toDisplayText(ref ?? "");
  return name === "" ? `${lookup(messages.entities, type) ?? toWords(type)} ${toDisplayText(id)}` : name;
}

function findTemplate(verb: string, form: 0 | 1, { verbs, sentences }: Messages): string | null {
  const words = lookup(verbs, verb);
  if (words === undefined) return null;
  const text = typeof words === "string" ? words : words[form];
  return text.includes("{") ? text : sentences[form].replace("{verb}", text);
}

function formatUnknown({ action, text, entity }: Described, messages: Messages): string {
  const given = toDisplayText(text ?? "");
  if (given !== "") return given;
  return `${formatEntity(entity, messages)}: ${capitalize(toWords(action), messages.language)}`;
}

function fill(template: string, names: Readonly<Record<string, SentencePart>>): SentencePart[] {
  return template.split(/\{(\w+)\}/).flatMap((text, at) => {
    const part = at % 2 === 1 ? names[text] : undefined;
    return part ?? (text === "" ? [] : [{ kind: "text", text }]);
  });
}
