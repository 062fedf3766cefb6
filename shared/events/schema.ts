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
import { levelReference, nul, objectOfLevels, withoutPattern } from "./text/json-levels.ts";
import { maxCodeUnits } from "./text/max-units.ts";
import { hasOnlyStorableText, invisiblePattern, isHttpsUrl, isStorableText, isVisibleId } from "./text/text-rules.ts";

const unstorable = "must not hold half of a surrogate pair or U+0000";
const storable = z.refine<string>(isStorableText, unstorable);
const visible = z.refine<string>(isVisibleId, "must not hold control characters or invisible characters");
const avatar = z.refine<string>((text) => text === "" || isHttpsUrl(text), "must be an https URL, or empty");

/** What the JSON Schema says beside what the checks do. `/schemas/event.json` serves both as one. */
const facts = z.globalRegistry;

const id = (max: number) =>
  z
    .string()
    .check(z.minLength(1), ...maxCodeUnits(max), visible)
    .register(facts, withoutPattern(invisiblePattern));

const line = (max: number) =>
  z
    .string()
    .check(...maxCodeUnits(max), storable)
    .register(facts, withoutPattern(nul));

/** The URL Standard removes blanks before the scheme, and tabs and line breaks inside of it, before it parses. */
const httpsScheme = `^[\u0001- ]*${[..."https"].map((letter) => `[${letter}${letter.toUpperCase()}][\t\n\r]*`).join("")}:`;

const avatarUrl = line(2048)
  .check(avatar)
  .register(facts, {
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

/** Kept as it came: zod's own record type copies, and would drop a key named `__proto__`. */
const jsonObject = z
  .custom<JsonObject>(isJsonObject, "must be an object")
  .check(shallow, z.refine<unknown>(hasOnlyStorableText, unstorable))
  .register(facts, { type: "object", ...objectOfLevels(maxDepth) });

const isChangeSet = (value: JsonObject) =>
  Object.values(value).every(
    (change) => isJsonObject(change) && "old" in change && "new" in change && Object.keys(change).length === 2,
  );

const changes = jsonObject.check(z.refine(isChangeSet, "must map each field to {old, new}")).register(facts, {
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
  "up to nine fraction digits and `Z` or an offset. No offset means UTC. Stored to the millisecond, finer digits are cut; " +
  "`:60` is the last millisecond of its minute, `24:00` the midnight that ends the day. At most 5 minutes ahead.";

const timestamp = z
  .string()
  .check(
    z.refine((value) => parseTimestamp(value) !== null, {
      error: ({ input }) => describeTimeIssue(typeof input === "string" ? input : ""),
    }),
  )
  .register(z.globalRegistry, { pattern: timePattern.source, description: occurredAtHelp });

const related = z.strictObject({
  entity_type: z.enum(entityTypes),
  entity_id: id(maxIdLength),
  entity_ref: z.optional(z.nullable(line(maxRefLength))),
});

/** Whom the actor acted for: support or an agent that used somebody's account. */
const onBehalfOf = z.strictObject({
  user_id: id(maxIdLength),
  name: z.optional(z.nullable(line(256))),
});

/** An event as a service writes it. Unknown fields are refused, so a typing error never becomes a silent loss. */
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
  /** `false` where no webhook is to be sent for the event: an import of history. An instruction, and no content. */
  notify: z.optional(z.boolean()),
});

/** What a service writes: snake_case fields, `occurred_at` in any ISO 8601 form. */
export type EventInput = z.input<typeof eventSchema>;
