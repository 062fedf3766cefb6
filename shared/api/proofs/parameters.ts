import { parseId } from "#shared/api/finzbooks/parameters.ts";
import { invalidValue } from "#shared/api/http/parameters.ts";
import { type PathParameter, queryParameter } from "#shared/api/operations/parameter.ts";
import { ActivityError } from "#shared/errors.ts";
import { eventIdPattern, maxIdLength } from "#shared/events/limits.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";

/** Returns the text of a required parameter. Throws `ActivityError` `required_field` with the field. */
function required(text: string | null, field: string): string {
  if (text !== null) return text;
  throw new ActivityError("required_field", "Name the event by entity_id, occurred_at and event_id.", { field });
}

export const provedEntityId = queryParameter({
  name: "entity_id",
  description: "The document of the event. Required.",
  schema: { type: "string", minLength: 1, maxLength: maxIdLength },
  example: "inv_8c3f1a9b",
  parse: (text) => parseId(required(text, "entity_id"), "entity_id") ?? "",
});

export const provedEventId = queryParameter({
  name: "event_id",
  description: "The event. Required.",
  schema: { type: "string", pattern: eventIdPattern.source },
  example: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401",
  parse: (text) => {
    if (eventIdPattern.test(required(text, "event_id"))) return text ?? "";
    throw invalidValue("event_id", "event_id must be evt_ and 32 hexadecimal digits.");
  },
});

export const provedOccurredAt = queryParameter({
  name: "occurred_at",
  description: "The time of the event, as a list shows it: to the second at least. Required.",
  schema: { type: "string", format: "date-time" },
  example: "2026-05-12T07:51:33Z",
  parse: (text) => {
    const time = required(text, "occurred_at");
    const { since: first, until: last } = parseOccurred(time);
    if (Date.parse(last) - Date.parse(first) < 1_000) return { first, last };
    throw invalidValue("occurred_at", "occurred_at must be a time to the second, as in the list of events.");
  },
});

function parseOccurred(time: string) {
  try {
    return parseTimeRange({ since: time, until: time });
  } catch (error) {
    if (!(error instanceof ActivityError)) throw error;
    throw invalidValue("occurred_at", error.message.replace(/^since/, "occurred_at"));
  }
}

const sizeSchema = { type: "integer", format: "int64", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

/** Parses a sequence, or the size of a log. Throws `ActivityError` `invalid_value` with the field. */
export function parseSize(text: string, field: string): number {
  const size = Number(text);
  if (/^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(size)) return size;
  throw invalidValue(field, `${field} must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}.`);
}

export const sequencePath: PathParameter = {
  name: "sequence",
  in: "path",
  required: true,
  description: "The sequence of the event in the log of the organisation.",
  schema: sizeSchema,
  example: 4711,
};

export const atLeastSequence = queryParameter({
  name: "sequence",
  description: "The checkpoint must cover this sequence.",
  schema: sizeSchema,
  parse: (text) => (text === null ? 1 : parseSize(text, "sequence")),
});

export const checkpointSize = queryParameter({
  name: "size",
  description: "The size of a checkpoint that was signed before, to which the proof leads. By default the latest one.",
  schema: sizeSchema,
  parse: (text) => (text === null ? null : parseSize(text, "size")),
});

export const fromSize = queryParameter({
  name: "from",
  description: "The size of the older checkpoint. Required.",
  schema: sizeSchema,
  parse: (text) => {
    if (text === null) throw invalidValue("from", "from must be the size of the checkpoint that you have.");
    return parseSize(text, "from");
  },
});

export const toSize = queryParameter({
  name: "to",
  description: "The size of the newer checkpoint, which was signed before. By default the latest one.",
  schema: sizeSchema,
  parse: (text) => (text === null ? null : parseSize(text, "to")),
});
