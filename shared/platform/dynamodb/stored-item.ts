import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { parseJson } from "#shared/platform/json.ts";
import { isUnrecognisedValue, type UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";
import type { AttributeMap } from "./attributes.ts";

/** Parses an item. Throws an error with the item's key if it does not match the schema. */
export function parseItem<T>(schema: z.ZodMiniType<T>, item: AttributeMap): T {
  const parsed = schema.safeParse(unmarshall(item));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".");
  throw new Error(`Item ${item.pk?.S ?? "?"} ${item.sk?.S ?? "?"} has no valid ${field}.`);
}

/** Creates the schema of an enumeration that also accepts values of a later release, so that its items stay readable. */
export function knownOrUnrecognised<T extends string>(known: z.ZodMiniType<T>) {
  return z.union([known, z.custom<UnrecognisedValue>(isUnrecognisedValue)]);
}

/** Creates the schema of an attribute with JSON text. */
export function jsonText<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(z.pipe(z.string(), z.transform(parseJson)), schema);
}
