import type { Org } from "#shared/auth/orgs/org.ts";
import type { Activity } from "./activity.ts";
import { activityFields, type Field } from "./filter.ts";
import type { Format } from "./format.ts";
import { basePath } from "./routes.ts";
import { writeXml } from "./xml.ts";

/** A list: a bare array in JSON, `<activities>` in XML. */
export function renderActivities(activities: readonly Activity[], fields: readonly Field[], format: Format): string {
  if (format === "json") return JSON.stringify(activities.map((activity) => picked(activity, fields)));
  return writeXml({ activities: { activity: activities.map((activity) => element(activity, fields)) } });
}

/** One activity. */
export function renderActivity(activity: Activity, fields: readonly Field[], format: Format): string {
  if (format === "json") return JSON.stringify(picked(activity, fields));
  return writeXml({ activity: element(activity, fields) });
}

/** The account that a key is for. Clients need a number, so one without shows its id. */
export function renderAccount({ org_id, name, account_number }: Org, origin: string, format: Format): string {
  const account = { uri: `${origin}${basePath}/accounts/current`, number: account_number ?? org_id, name };
  return format === "json" ? JSON.stringify(account) : writeXml({ account });
}

function picked(activity: Activity, fields: readonly Field[]): Record<string, unknown> | Activity {
  if (fields === activityFields) return activity;
  return Object.fromEntries(fields.map((field) => [field, activity[field]]));
}

/** As the vendor's example: what is absent is an empty element, but the second document of a kind, which is left out. */
function element(activity: Activity, fields: readonly Field[]): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const field of fields) {
    const value = activity[field];
    if (field === "references") content.references = { reference: activity.references };
    else if (value !== null || !field.startsWith("linked_")) content[field] = value ?? "";
  }
  return content;
}
