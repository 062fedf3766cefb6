import type { Org } from "#shared/auth/orgs/org.ts";
import { actorName } from "#shared/events/actor.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { ProjectableField } from "#shared/events/query/query.ts";
import { type EntityReference, ownAndRelatedEntities } from "#shared/events/related-entities.ts";
import { summarize } from "#shared/events/rendering/event-summary.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { toActivityId } from "./activity/activity-id.ts";
import { getNaming, toActivityType } from "./activity/activity-types.ts";
import { basePath } from "./base-path.ts";

/** The fields of an event that this dialect shows in addition to those of all dialects. */
export const activityProjection = [
  "actor",
  "related",
  "text",
  "information",
  "contact_id",
] as const satisfies ProjectableField[];

/** The entity types that have a field of their own, and a `linked_` field for another entity of the type. */
export const documentFields = {
  invoice_id: "INVOICE",
  receipt_id: "RECEIPT",
  quote_id: "ESTIMATE",
  order_id: "SALES_ORDER",
  delivery_id: "DELIVERY_NOTE",
  subscription_id: "SUBSCRIPTION",
} as const satisfies Record<string, EntityType>;

export type DocumentField = keyof typeof documentFields;

export type ActivityReference = {
  readonly reference_type: string;
  readonly reference_id: string;
  readonly reference_uri: string;
};

/** An activity, with its fields in the order of the contract. Ids are text; absent values are `null`. */
export type Activity = {
  readonly activity_id: string;
  readonly uri: string;
  readonly type: string;
  /** `YYYY-MM-DD HH:MM:SS` in the time zone of the account. */
  readonly date: string;
  readonly user: string;
  readonly description: string;
  readonly information: string;
  readonly client_id: string | null;
} & { readonly [field in DocumentField | `linked_${DocumentField}`]: string | null } & {
  readonly references: readonly ActivityReference[];
};

/** The fields of an activity, in the order of the contract. */
export const activityFields = [
  "activity_id",
  "uri",
  "type",
  "date",
  "user",
  "description",
  "information",
  "client_id",
  "invoice_id",
  "receipt_id",
  "quote_id",
  "order_id",
  "delivery_id",
  "subscription_id",
  "linked_invoice_id",
  "linked_receipt_id",
  "linked_quote_id",
  "linked_order_id",
  "linked_delivery_id",
  "linked_subscription_id",
  "references",
] as const satisfies readonly (keyof Activity)[];

export type ActivityField = (typeof activityFields)[number];

/** The account that an activity is shown to, and the origin of its links. */
export type ActivityContext = { readonly org: Pick<Org, "time_zone" | "robot_name">; readonly origin: string };

/**
 * Returns the activity of an event. The document of the event has its own field, the customer is `client_id`, and the
 * `linked_*` fields have the first related document of each type.
 */
export function toActivity(event: ActivityEvent, { org, origin }: ActivityContext): Activity {
  const id = String(toActivityId(event));
  const [own, ...others] = ownAndRelatedEntities(event);
  const ownId = (type: EntityType) => (own?.type === type ? own.id : null);
  const linkedId = (type: EntityType) => others.find((other) => other.type === type)?.id ?? null;
  const { title, sentence } = summarize(event);
  const local = getZoneClock(org.time_zone).local(Date.parse(event.occurred_at));
  return {
    activity_id: id,
    uri: `${origin}${basePath}/activities/${id}`,
    type: toActivityType(event),
    date: local.text.slice(0, 19).replace("T", " "),
    user: actorName(event, org.robot_name),
    description: event.text ?? title,
    information: event.information ?? `${sentence} (ID ${event.entity_id})`,
    client_id: event.contact_id,
    invoice_id: ownId("INVOICE"),
    receipt_id: ownId("RECEIPT"),
    quote_id: ownId("ESTIMATE"),
    order_id: ownId("SALES_ORDER"),
    delivery_id: ownId("DELIVERY_NOTE"),
    subscription_id: ownId("SUBSCRIPTION"),
    linked_invoice_id: linkedId("INVOICE"),
    linked_receipt_id: linkedId("RECEIPT"),
    linked_quote_id: linkedId("ESTIMATE"),
    linked_order_id: linkedId("SALES_ORDER"),
    linked_delivery_id: linkedId("DELIVERY_NOTE"),
    linked_subscription_id: linkedId("SUBSCRIPTION"),
    references: toReferences(event, own === undefined ? others : [own, ...others], origin),
  };
}

/** Returns references to all entities of an event that have a collection, the customer first. */
function toReferences(
  { contact_id }: ActivityEvent,
  mentions: readonly EntityReference[],
  origin: string,
): ActivityReference[] {
  const isCustomer = ({ type, id }: EntityReference) => type === "CONTACT" && id === contact_id;
  const ordered = [...mentions.filter(isCustomer), ...mentions.filter((mention) => !isCustomer(mention))];
  return ordered.flatMap(({ type, id }) => {
    const domain = getNaming(type)?.domain;
    if (domain === undefined) return [];
    const reference_uri = `${origin}${basePath}/${domain}/${encodeURIComponent(id)}`;
    return [{ reference_type: domain, reference_id: id, reference_uri }];
  });
}
