import type { Org } from "#shared/auth/orgs/org.ts";
import type { ResponseFormat } from "./format/negotiate-format.ts";
import { toXml } from "./format/xml.ts";
import { type Activity, type ActivityField, activityFields } from "./mapping.ts";
import { basePath } from "./routes.ts";

/** A list: a bare array in JSON, `<activities>` in XML. */
export function renderActivities(
  activities: readonly Activity[],
  fields: readonly ActivityField[],
  format: ResponseFormat,
): string {
  if (format === "json") return JSON.stringify(activities.map((activity) => picked(activity, fields)));
  return toXml({ activities: { activity: activities.map((activity) => element(activity, fields)) } });
}

/** One activity. */
export function renderActivity(activity: Activity, fields: readonly ActivityField[], format: ResponseFormat): string {
  if (format === "json") return JSON.stringify(picked(activity, fields));
  return toXml({ activity: element(activity, fields) });
}

/** The account that a key is for. Clients need a number, so one without shows its id. */
export function renderAccount({ org_id, name, account_number }: Org, origin: string, format: ResponseFormat): string {
  const account = { uri: `${origin}${basePath}/accounts/current`, number: account_number ?? org_id, name };
  return format === "json" ? JSON.stringify(account) : toXml({ account });
}

function picked(activity: Activity, fields: readonly ActivityField[]): Record<string, unknown> | Activity {
  if (fields === activityFields) return activity;
  return Object.fromEntries(fields.map((field) => [field, activity[field]]));
}

/** As the vendor's example: what is absent is an empty element, but the second document of a kind, which is left out. */
function element(activity: Activity, fields: readonly ActivityField[]): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const field of fields) {
    const value = activity[field];
    if (field === "references") content.references = { reference: activity.references };
    else if (value !== null || !field.startsWith("linked_")) content[field] = value ?? "";
  }
  return content;
}
