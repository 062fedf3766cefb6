import type { Token } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { actorName, parseActor } from "#shared/events/actor.ts";
import { type ActivityEvent, type JsonText, toJsonText } from "#shared/events/event.ts";
import type { ProjectableField } from "#shared/events/query/query.ts";
import { type EntityReference, ownAndRelatedEntities } from "#shared/events/related-entities.ts";
import { type FieldChange, summarize } from "#shared/events/rendering/event-summary.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { formatOffset, getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { toNumericId } from "./ids/numeric-id.ts";
import { getNamingChange, relatedObjectTypes, toEventName } from "./mapping.ts";

/** The fields of an event that this dialect shows in addition to those of all dialects. */
export const eventProjection = [
  "actor",
  "related",
  "text",
  "params",
  "contact_id",
] as const satisfies ProjectableField[];

export type FakturoidAccount = Pick<Org, "time_zone" | "robot_name">;

/** Renders a page as an array, newest first. */
export function renderEvents(events: readonly ActivityEvent[], account: FakturoidAccount): string {
  return `[${events.map((event) => renderEvent(event, account)).join(",")}]`;
}

/** Renders an event, with its keys in the order of the contract and its parameters as the writer's JSON text. */
export function renderEvent(event: ActivityEvent, { time_zone, robot_name }: FakturoidAccount): string {
  const local = getZoneClock(time_zone).local(Date.parse(event.occurred_at));
  const actor = parseActor(event);
  const change = getNamingChange(event);
  const { id, ...custom } = event.actor_user_id === null ? { id: null } : toNumericId(event.actor_user_id);
  const user = { id, full_name: actorName(event, robot_name, actor), avatar: actor.avatar_url, ...custom };
  return (
    `{"name":${JSON.stringify(toEventName(event, change))},"created_at":"${local.text}${formatOffset(local.offset)}"` +
    `,"text":${JSON.stringify(event.text ?? summarize(event).sentence)}` +
    `,"related_objects":${JSON.stringify(toRelatedObjects(event))}` +
    `,"user":${JSON.stringify(user)},"params":${renderParams(event, change)}}`
  );
}

/** Returns the document, then the subject, then all other related entities that have a type. */
function toRelatedObjects(event: ActivityEvent) {
  const isSubject = ({ type, id }: EntityReference) => type === "CONTACT" && id === event.contact_id;
  // Exclude other contacts: a filter by `subject_id` would not find the event.
  const named = ownAndRelatedEntities(event).filter((mention) => mention.type !== "CONTACT" || isSubject(mention));
  const subjects = named.filter(isSubject);
  const [document, ...others] = named.filter(
    (mention) => !isSubject(mention) && relatedObjectTypes[mention.type] !== undefined,
  );
  const ordered = [...(document === undefined ? [] : [document]), ...subjects, ...others];
  return ordered.map((mention) => {
    const { id, ...custom } = toNumericId(mention.id);
    return { id, type: relatedObjectTypes[mention.type], ...custom };
  });
}

/** Returns the event's own parameters; else the change, or the recipients of an e-mail. */
function renderParams(event: ActivityEvent, change: FieldChange | null): JsonText {
  if (event.params !== null) return event.params;
  if (change !== null) return toJsonText({ new: change.new, old: change.old });
  if (/_SENT$/.test(event.action)) {
    const email = recipients(event);
    if (email !== null) return toJsonText({ email });
  }
  return toJsonText({});
}

function recipients({ metadata }: ActivityEvent): string | null {
  const parsed: unknown = JSON.parse(metadata);
  const to = isJsonObject(parsed) ? parsed.to : null;
  const addresses = (Array.isArray(to) ? to : [to]).filter((address) => typeof address === "string" && address !== "");
  return addresses.length === 0 ? null : addresses.join(", ");
}

/**
 * The rights of a token: it reads the events of all documents and writes nothing. The vendor documents values of
 * `allowed_scope`, but not of `permission` (https://www.fakturoid.cz/api/v3/users).
 */
const rights = { permission: "read_only", allowed_scope: ["reports", "expenses", "invoices"] } as const;

/** Renders the user of a token and its accounts. Accounts without a slug are left out: no URL can name them. */
export function renderUser({ token_id, user_id }: Token, orgs: readonly Org[]): string {
  const accounts = orgs.flatMap(({ slug, name, account_number }) =>
    slug === null ? [] : [{ slug, logo: null, name, registration_no: account_number, ...rights }],
  );
  const { id, ...custom } = toNumericId(user_id ?? token_id);
  return JSON.stringify({
    id,
    full_name: orgs[0]?.robot_name ?? null,
    email: null,
    avatar_url: null,
    default_account: accounts[0]?.slug ?? null,
    ...rights,
    accounts,
    ...custom,
  });
}
