import { ActivityError } from "#shared/errors.ts";

/**
 * An event as JSON text, as it will travel and be judged. Throws `ActivityError` `invalid_value` for what JSON cannot
 * say, and would otherwise drop or turn into `null` in silence.
 */
export function eventText(event: unknown): string {
  try {
    const text: unknown = JSON.stringify(event, refuseNonFinite);
    if (typeof text === "string") return text;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ActivityError("invalid_value", `The event cannot be written as JSON: ${reason}`, { cause });
  }
  throw new ActivityError("invalid_value", "The event is refused: the event must be of type object.");
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${key} is ${value}.`);
  return value;
}
