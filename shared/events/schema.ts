import * as z from "zod/mini";
import { describeTimeIssue } from "#shared/platform/time/time-range.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { timePattern } from "#shared/platform/time/wall-time.ts";
import { actorTypes } from "./actor.ts";
import { entityTypes } from "./entity-types.ts";
import {
  actionPattern,
  eventIdPattern,
  maxActionLength,
  maxDepth,
  maxIdLength,
  maxRefLength,
  maxRelated,
  maxTextLength,
  orgIdPattern,
} from "./limits.ts";
import { isDeeperThan, isJsonObject, type JsonObject } from "./text/json.ts";
import { levelReference, nul, objectOfLevels, withoutPattern } from "./text/json-depth-schema.ts";
import { maxCodeUnits } from "./text/max-code-units.ts";
import { hasOnlyStorableText, invisiblePattern, isHttpsUrl, isStorableText, isVisibleId } from "./text/text-rules.ts";

const unstorable = "must not contain an unpaired surrogate or U+0000";
const storable = z.refine<string>(isStorableText, unstorable);
const visible = z.refine<string>(isVisibleId, "must not contain control or invisible characters");
const avatar = z.refine<string>((text) => text === "" || isHttpsUrl(text), "must be an https URL, or empty");

/** Additions to the JSON Schema that zod generates from the checks. `/schemas/event.json` serves both. */
const registry = z.globalRegistry;

const id = (max: number) =>
  z
    .string()
    .check(z.minLength(1), ...maxCodeUnits(max), visible)
    .register(registry, withoutPattern(invisiblePattern));

const line = (max: number) =>
  z
    .string()
    .check(...maxCodeUnits(max), storable)
    .register(registry, withoutPattern(nul));

/** The URL Standard removes blanks before the scheme, and tabs and line breaks in it, before parsing. */
const httpsScheme = `^[\u0001- ]*${[..."https"].map((letter) => `[${letter}${letter.toUpperCase()}][\t\n\r]*`).join("")}:`;

const avatarUrl = line(2048)
  .check(avatar)
  .register(registry, {
    ...withoutPattern(nul),
    anyOf: [
      { type: "string", maxLength: 0 },
      { type: "string", pattern: httpsScheme },
    ],
    description: "An https URL, or empty.",
  });

const shallow = z.refine<unknown>(
  (value) => !isDeeperThan(value, maxDepth),
  `must nest at most ${maxDepth} levels deep`,
);

/** Kept unchanged: zod's record type copies the object and would drop a key named `__proto__`. */
const jsonObject = z
  .custom<JsonObject>(isJsonObject, "must be an object")
  .check(shallow, z.refine<unknown>(hasOnlyStorableText, unstorable))
  .register(registry, { type: "object", ...objectOfLevels(maxDepth) });

const isChangeSet = (value: JsonObject) =>
  Object.values(value).every(
    (change) => isJsonObject(change) && "old" in change && "new" in change && Object.keys(change).length === 2,
  );

const changes = jsonObject.check(z.refine(isChangeSet, "must map each field to {old, new}")).register(registry, {
  type: "object",
  description: "The fields that changed, each with its old and its new value.",
  propertyNames: withoutPattern(nul),
  additionalProperties: {
    type: "object",
    required: ["old", "new"],
    properties: { old: levelReference(maxDepth - 2), new: levelReference(maxDepth - 2) },
    additionalProperties: false,
  },
});

const occurredAtHelp =
  "When it happened: ISO 8601 in the extended format, a date (its midnight), or a date and time of at least minutes, with " +
  "up to nine fraction digits and `Z` or an offset. No offset means UTC. Stored in milliseconds, finer digits are cut; " +
  "`:60` is the last millisecond of its minute, `24:00` the midnight that ends the day. At most 5 minutes ahead.";

const timestamp = z
  .string()
  .check(
    z.refine((value) => parseTimestamp(value) !== null, {
      error: ({ input }) => describeTimeIssue(typeof input === "string" ? input : ""),
    }),
  )
  .register(registry, { pattern: timePattern.source, description: occurredAtHelp });

const related = z.strictObject({
  entity_type: z.enum(entityTypes),
  entity_id: id(maxIdLength),
  entity_ref: z.optional(z.nullable(line(maxRefLength))),
});

/** The user the actor acted for, for example when support or an agent uses an account. */
const onBehalfOf = z.strictObject({
  user_id: id(maxIdLength),
  name: z.optional(z.nullable(line(256))),
});

/** An event as services write it. Unknown fields are rejected, so that a misspelt field is not silently lost. */
export const eventSchema = z.strictObject({
  event_id: z.optional(z.string().check(z.regex(eventIdPattern))),
  idempotency_key: z.optional(id(255)),
  org_id: z.string().check(z.regex(orgIdPattern)),
  action: z.string().check(z.maxLength(maxActionLength), z.regex(actionPattern)),
  entity_type: z.enum(entityTypes),
  entity_id: id(maxIdLength),
  entity_ref: z.optional(z.nullable(line(maxRefLength))),
  actor_user_id: z.optional(z.nullable(id(maxIdLength))),
  actor: z.optional(
    z.nullable(
      z.strictObject({
        name: z.optional(z.nullable(line(256))),
        email: z.optional(z.nullable(line(320))),
        avatar_url: z.optional(z.nullable(avatarUrl)),
        type: z.optional(z.nullable(z.enum(actorTypes))),
        on_behalf_of: z.optional(z.nullable(onBehalfOf)),
      }),
    ),
  ),
  changes: z.optional(z.nullable(changes)),
  metadata: z.optional(jsonObject),
  occurred_at: timestamp,
  related: z.optional(z.array(related).check(z.maxLength(maxRelated))),
  text: z.optional(z.nullable(line(maxTextLength))),
  information: z.optional(z.nullable(line(maxTextLength))),
  params: z.optional(z.nullable(jsonObject)),
  /** `false` to send no webhook, for example in an import. An instruction, not part of the content. */
  notify: z.optional(z.boolean()),
});
