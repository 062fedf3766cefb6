import type { Org } from "#shared/auth/orgs/org.ts";
import { basePath } from "./base-path.ts";
import type { ResponseFormat } from "./format/negotiate-format.ts";
import { toXml } from "./format/xml.ts";
import { type Activity, type ActivityField, activityFields } from "./mapping.ts";

/** Renders a list: an array in JSON, `<activities>` in XML. */
export function renderActivities(
  activities: readonly Activity[],
  fields: readonly ActivityField[],
  format: ResponseFormat,
): string {
  if (format === "json") return JSON.stringify(activities.map((activity) => pickFields(activity, fields)));
  return toXml({ activities: { activity: activities.map((activity) => toXmlElement(activity, fields)) } });
}

/** Renders one activity. */
export function renderActivity(activity: Activity, fields: readonly ActivityField[], format: ResponseFormat): string {
  if (format === "json") return JSON.stringify(pickFields(activity, fields));
  return toXml({ activity: toXmlElement(activity, fields) });
}

/** Renders the account of a key. Clients need a number, so an account without one shows its id. */
export function renderAccount({ org_id, name, account_number }: Org, origin: string, format: ResponseFormat): string {
  const account = { uri: `${origin}${basePath}/accounts/current`, number: account_number ?? org_id, name };
  return format === "json" ? JSON.stringify(account) : toXml({ account });
}

function pickFields(activity: Activity, fields: readonly ActivityField[]): Record<string, unknown> | Activity {
  if (fields === activityFields) return activity;
  return Object.fromEntries(fields.map((field) => [field, activity[field]]));
}

/** As in the vendor's example, absent fields are empty elements, except for absent `linked_*` fields, which are left out. */
function toXmlElement(activity: Activity, fields: readonly ActivityField[]): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const field of fields) {
    const value = activity[field];
    if (field === "references") content.references = { reference: activity.references };
    else if (value !== null || !field.startsWith("linked_")) content[field] = value ?? "";
  }
  return content;
}
