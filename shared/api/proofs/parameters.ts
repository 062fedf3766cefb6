import { invalidValue } from "#shared/api/http/parameters.ts";
import { type PathParameter, queryParameter } from "#shared/api/operations/parameter.ts";

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
