import * as z from "zod/mini";
import { maxIdLength } from "#shared/events/limits.ts";
import { maxUnits } from "#shared/events/text/max-units.ts";
import { isVisibleId, isVisibleLine } from "#shared/events/text/text-rules.ts";
import { timePattern } from "#shared/platform/time/wall-time.ts";
import { keptForDays } from "#shared/webhooks/deliveries/delivery.ts";
import {
  headerNamePattern,
  maxHeaderNameLength,
  maxHeaders,
  maxHeaderValueLength,
  maxHeaderValuesLength,
} from "#shared/webhooks/endpoints/static-headers.ts";
import { filterPattern, maxFilterLength } from "#shared/webhooks/event-types/event-type-filter.ts";
import { replayScopes } from "#shared/webhooks/replays/replay.ts";
import type { RouteName } from "./routes.ts";

const maxFilters = 50;
const maxDescriptionLength = 256;

/** Seconds for which the old secret signs beside a new one, where nothing is said, and at most. */
export const defaultOverlap = 86_400;
const maxOverlap = 604_800;

export const defaultTestType = "invoice.sent";

const hidden = "must not hold control characters, line breaks or invisible characters";

/** What the JSON Schemas say beside what the checks do. */
const facts = z.globalRegistry;

const filters = z
  .array(z.string().register(facts, { pattern: filterPattern.source, maxLength: maxFilterLength }))
  .check(z.minLength(1), z.maxLength(maxFilters))
  .register(facts, { description: "Filters: `invoice.sent`, `invoice.*`, `*.voided` or `*`. One of them must match." });

const headerName = { pattern: headerNamePattern.source, maxLength: maxHeaderNameLength };
const headerValue = { minLength: 1, maxLength: maxHeaderValueLength };

const headers = z
  .record(z.string().register(facts, headerName), z.string().register(facts, headerValue))
  .register(facts, { maxProperties: maxHeaders });

const headersDescription =
  "Headers that are added to each request, for a gateway in front of the receiver; `Authorization` is allowed. " +
  "Replaced as a whole, removed by `null`, and required with another `url`. Values are visible ASCII, of at most " +
  `${maxHeaderValuesLength} characters together, and never shown again.`;

const settings = z.strictObject({
  url: z
    .string()
    .register(facts, { format: "uri", description: "https, on the public Internet, without credentials." }),
  events: filters,
  entity_id: z
    .optional(z.nullable(z.string().check(z.minLength(1), ...maxUnits(maxIdLength), z.refine(isVisibleId, hidden))))
    .register(facts, { description: "Only events of this document; `null` for all." }),
  description: z.optional(
    z.nullable(z.string().check(...maxUnits(maxDescriptionLength), z.refine(isVisibleLine, hidden))),
  ),
  enabled: z.optional(z.boolean()).register(facts, { description: "While it is not, nothing is sent." }),
  headers: z.optional(z.nullable(headers)).register(facts, { description: headersDescription }),
});

const since = z.string().register(facts, timeFacts("first"));
const until = z.optional(z.string()).register(facts, timeFacts("last", " Now, where it is not given."));

/** The forms are those of the parameters of a query; what has another one is refused where it is parsed. */
function timeFacts(end: "first" | "last", more = "") {
  return {
    pattern: timePattern.source,
    description: `ISO 8601, inclusive: the ${end} moment that the text names, of a date that of its day. No offset means UTC.${more}`,
    examples: ["2026-05-11T00:00:00Z"],
  };
}

/** The bodies that are read here; OpenAPI describes them from these. */
export const bodies = {
  create_webhook_endpoint: settings,
  update_webhook_endpoint: z.partial(settings),
  rotate_webhook_secret: z.strictObject({
    overlap_seconds: z
      .optional(z.int().check(z.minimum(0), z.maximum(maxOverlap)))
      .register(facts, { default: defaultOverlap, description: "How long the old secrets sign beside the new one." }),
  }),
  test_webhook_endpoint: z.strictObject({
    event_type: z.optional(z.string()).register(facts, { default: defaultTestType }),
  }),
  retry_webhook_delivery: z.strictObject({}),
  replay_webhook_events: z.strictObject({
    since,
    until,
    events: z
      .optional(z.nullable(filters))
      .register(facts, { description: "Only these of what the endpoint is told of." }),
    only: z.optional(z.enum(replayScopes)).register(facts, {
      default: "failed",
      description: `\`failed\`: what did not arrive in the last ${keptForDays} days. \`all\`: however old it is.`,
    }),
    dry_run: z
      .optional(z.boolean())
      .register(facts, { default: false, description: "Only counts, and sends nothing." }),
  }),
} as const satisfies Partial<Record<RouteName, z.ZodMiniType>>;
