import * as z from "zod";
import type { TemplateResource } from "./resources.ts";

/** Reads the properties of a resource; throws with its name when it asks for what the local runtime does not have. */
export function parseProperties<Schema extends z.ZodType>(
  schema: Schema,
  resource: TemplateResource,
): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  throw new Error(`The local runtime cannot host ${resource.id} (${resource.type}): ${z.prettifyError(parsed.error)}`);
}
