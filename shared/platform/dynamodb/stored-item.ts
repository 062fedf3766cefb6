import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { parseJson } from "#shared/platform/json.ts";
import { isUnrecognisedValue, type UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";
import type { AttributeMap } from "./attributes.ts";

/** Reads an item. Throws, naming the item's key, where it does not hold what this log writes. */
export function parseItem<T>(schema: z.ZodMiniType<T>, item: AttributeMap): T {
  const read = schema.safeParse(unmarshall(item));
  if (read.success) return read.data;
  const field = read.error.issues[0]?.path.join(".");
  throw new Error(`Item ${item.pk?.S ?? "?"} ${item.sk?.S ?? "?"} has no valid ${field}.`);
}

/** An attribute that has one of these values, or one of a later release: that must not make the item unreadable. */
export function knownOrUnrecognised<T extends string>(known: z.ZodMiniType<T>) {
  return z.union([known, z.custom<UnrecognisedValue>(isUnrecognisedValue)]);
}

/** An attribute that holds JSON text. */
export function jsonText<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(z.pipe(z.string(), z.transform(parseJson)), schema);
}
