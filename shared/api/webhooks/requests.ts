import type * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import { faultOf } from "#shared/events/describe-issue.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import type { EndpointSettings } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import {
  checkStaticHeaders,
  noClientCertificates,
  type StaticHeaders,
} from "#shared/webhooks/endpoints/static-headers.ts";
import type { EndpointPatch } from "#shared/webhooks/endpoints/update-endpoint.ts";
import { readFilter } from "#shared/webhooks/event-types/event-type-filter.ts";
import type { ReplayRange } from "#shared/webhooks/replays/replay-selection.ts";
import { bodies, defaultOverlap, defaultTestType } from "./bodies.ts";

/**
 * The body that creates an endpoint. Each reader here throws `ActivityError` `invalid_value` or `required_field`, and
 * names the field that is at fault.
 */
export function readSettings(body: unknown): EndpointSettings {
  const {
    url,
    events,
    entity_id = null,
    description = null,
    enabled = true,
    headers = null,
  } = read(bodies.create_webhook_endpoint, body);
  return { url, events: readFilters(events), entity_id, description, enabled, headers: parseHeaders(headers) };
}

/** The body that changes an endpoint: what it leaves out stays. */
export function readPatch(body: unknown): EndpointPatch {
  const { events, headers, ...rest } = read(bodies.update_webhook_endpoint, body);
  return {
    ...rest,
    ...(events === undefined ? {} : { events: readFilters(events) }),
    ...(headers === undefined ? {} : { headers: parseHeaders(headers) }),
  };
}

/** The seconds for which the old secret signs on. */
export function readOverlap(body: unknown): number {
  return read(bodies.rotate_webhook_secret, body).overlap_seconds ?? defaultOverlap;
}

/** The event type of a test. */
export function readTestType(body: unknown): string {
  return read(bodies.test_webhook_endpoint, body).event_type ?? defaultTestType;
}

/** What to send again, and whether only to count it. */
export function readReplay(body: unknown, now: Date): { readonly range: ReplayRange; readonly isDryRun: boolean } {
  const {
    since,
    until,
    events = null,
    only = "failed",
    dry_run: isDryRun = false,
  } = read(bodies.replay_webhook_events, body);
  const times = parseTimeRange({ since, until: until ?? now.toISOString() });
  const range = { ...times, events: events === null ? null : readFilters(events), only };
  return { range, isDryRun };
}

/** Nothing, where nothing is expected. */
export function readNothing(body: unknown): void {
  read(bodies.retry_webhook_delivery, body);
}

function parseHeaders(headers: StaticHeaders | null): StaticHeaders | null {
  return headers === null ? null : checkStaticHeaders(headers);
}

function readFilters(filterTexts: readonly string[]): string[] {
  return [...new Set(filterTexts.map(readFilter))];
}

/** No body is an empty one: what it must hold is then missing. */
function read<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body === undefined ? {} : body, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? parsed.error : refusal(issue);
}

/** What clients call the fields for a certificate of their own. */
const certificateField = /cert|pem|mtls|tls|pkcs|pfx|p12|private_?key|client_?key/i;

function refusal(issue: z.core.$ZodIssue): ActivityError {
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && issue.path.length > 0;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
  const [at] = unknown.length > 0 ? unknown : issue.path;
  const isCertificate = unknown.some((key) => certificateField.test(key));
  return new ActivityError(
    isMissing ? "required_field" : "invalid_value",
    isCertificate ? noClientCertificates : `${faultOf(issue, "the body")}.`,
    at === undefined ? {} : { field: String(at).slice(0, 64) },
  );
}
