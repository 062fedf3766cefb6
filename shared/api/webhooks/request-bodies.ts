import * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import { describeIssue } from "#shared/events/describe-issue.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import { timePattern } from "#shared/platform/time/wall-time.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import type { EndpointSettings } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { clientCertificatesUnsupported } from "#shared/webhooks/endpoints/static-headers.ts";
import { replayScopes } from "#shared/webhooks/replays/replay.ts";
import type { ReplayRange } from "#shared/webhooks/replays/replay-selection.ts";
import type { EndpointPatch } from "#shared/webhooks/update-endpoint.ts";
import {
  createEndpointSchema,
  filtersSchema,
  parseFilters,
  toEndpointPatch,
  toEndpointSettings,
  updateEndpointSchema,
} from "./endpoint-settings.ts";
import type { WebhookRouteName } from "./routes.ts";

const defaultOverlapSeconds = 86_400;
const maxOverlapSeconds = 604_800;

const defaultTestEventType = "invoice.sent";

/** What the JSON Schemas contain in addition to the checks. */
const docs = z.globalRegistry;

const since = z.string().register(docs, timeDocs("first"));
const until = z.optional(z.string()).register(docs, timeDocs("last", " Defaults to now."));

/** The schemas do not check times: `parseTimeRange` does, as for query parameters. */
function timeDocs(end: "first" | "last", more = "") {
  return {
    pattern: timePattern.source,
    description: `ISO 8601, inclusive: the ${end} moment that the text names, of a date that of its day. No offset means UTC.${more}`,
    examples: ["2026-05-11T00:00:00Z"],
  };
}

/** The schemas of request bodies, from which they are parsed and described in OpenAPI. */
export const bodySchemas = {
  create_webhook_endpoint: createEndpointSchema,
  update_webhook_endpoint: updateEndpointSchema,
  rotate_webhook_secret: z.strictObject({
    overlap_seconds: z.optional(z.int().check(z.minimum(0), z.maximum(maxOverlapSeconds))).register(docs, {
      default: defaultOverlapSeconds,
      description: "How long the old secrets stay valid.",
    }),
  }),
  test_webhook_endpoint: z.strictObject({
    event_type: z.optional(z.string()).register(docs, { default: defaultTestEventType }),
  }),
  retry_webhook_delivery: z.strictObject({}),
  replay_webhook_events: z.strictObject({
    since,
    until,
    events: z
      .optional(z.nullable(filtersSchema))
      .register(docs, { description: "Restricts the replay to these events of the endpoint's subscription." }),
    only: z.optional(z.enum(replayScopes)).register(docs, {
      default: "failed",
      description: `\`failed\`: events of the last ${deliveryRetentionDays} days that were not delivered. \`all\`: all events of the range.`,
    }),
    dry_run: z.optional(z.boolean()).register(docs, { default: false, description: "Counts without sending." }),
  }),
} as const satisfies Partial<Record<WebhookRouteName, z.ZodMiniType>>;

/*
 * Each parser below throws `ActivityError` `invalid_value` or `required_field` with the name of the field.
 */

export function parseEndpointSettings(body: unknown): EndpointSettings {
  return toEndpointSettings(parseBody(bodySchemas.create_webhook_endpoint, body));
}

export function parseEndpointPatch(body: unknown): EndpointPatch {
  return toEndpointPatch(parseBody(bodySchemas.update_webhook_endpoint, body));
}

/** Returns the seconds for which the old secrets stay valid. */
export function parseOverlapSeconds(body: unknown): number {
  return parseBody(bodySchemas.rotate_webhook_secret, body).overlap_seconds ?? defaultOverlapSeconds;
}

/** Returns the event type of a test delivery. */
export function parseTestEventType(body: unknown): string {
  return parseBody(bodySchemas.test_webhook_endpoint, body).event_type ?? defaultTestEventType;
}

/** Returns the range of a replay, and whether to count its deliveries without sending them. */
export function parseReplayRequest(
  body: unknown,
  now: Date,
): { readonly range: ReplayRange; readonly isDryRun: boolean } {
  const {
    since,
    until,
    events = null,
    only = "failed",
    dry_run: isDryRun = false,
  } = parseBody(bodySchemas.replay_webhook_events, body);
  const times = parseTimeRange({ since, until: until ?? now.toISOString() });
  const range = { ...times, events: events === null ? null : parseFilters(events), only };
  return { range, isDryRun };
}

export function assertEmptyBody(body: unknown): void {
  parseBody(bodySchemas.retry_webhook_delivery, body);
}

/** A missing body counts as an empty object, so that the error names a missing field. */
function parseBody<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body === undefined ? {} : body, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? parsed.error : toActivityError(issue);
}

/** Names that clients use for fields with a client certificate. */
const certificateField = /cert|pem|mtls|tls|pkcs|pfx|p12|private_?key|client_?key/i;

function toActivityError(issue: z.core.$ZodIssue): ActivityError {
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && issue.path.length > 0;
  const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const [field] = unknownKeys.length > 0 ? unknownKeys : issue.path;
  const isCertificate = unknownKeys.some((key) => certificateField.test(key));
  return new ActivityError(
    isMissing ? "required_field" : "invalid_value",
    isCertificate ? clientCertificatesUnsupported : `${describeIssue(issue, "the body")}.`,
    field === undefined ? {} : { field: String(field).slice(0, 64) },
  );
}
