/**
 * Every key of the three tables, on one page.
 *
 * events table                                                serves
 *   timeline = org#entity, position = time#event              a document's timeline; idempotent append
 *   by_time     org_id                | occurred_at, event_id the organisation's feed
 *   by_type     org_id, entity_type   | "                     one kind of document
 *   by_actor    org_id, actor_user_id | "                     what one user did
 *   by_contact  org_id, contact_id    | "                     one customer's or supplier's story
 *   paid        org_id, settled       | "                     money received and paid
 *
 * config table (pk, sk)
 *   orgs          org#ID                                      the list of organisations
 *   org#ID        profile                                     one organisation
 *   org#ID        token#TOKEN                                 the tokens of an organisation
 *   slug#SLUG     org                                         the organisation of a slug
 *   token#TOKEN   token                                       one token, with its rate window
 *   token#CLIENT  token#TOKEN                                 what was issued to an API client
 *   pin#ORG#KEY   pin                                         an idempotency key, 30 days
 *   page#ORG#LIST  at#OFFSET                                  where a list goes on, minutes
 *   webhooks#ORG  endpoint#ENDPOINT                           the webhook endpoints of an organisation
 *   webhook_orgs  org#ID                                      how many endpoints an organisation has
 *   webhook_version  version                                  how often any endpoint was changed
 *
 * deliveries table (pk, sk)
 *   endpoint#ENDPOINT           delivery#DELIVERY             the deliveries of an endpoint, 30 days
 *   delivery#ENDPOINT#DELIVERY  attempt#NUMBER                the attempts of a delivery, 30 days
 *   health#ENDPOINT             health                        how an endpoint fares
 *   permits#ORG                 part#NUMBER                   sends in flight to slow endpoints of an organisation
 *   due#SHARD                   time#delivery#cycle#step      attempts that wait for their time
 *   replay#ENDPOINT             replay#REPLAY                 replays of an endpoint, 30 days
 *   undelivered  endpoint_id, undelivered | delivery_id       what waits for another attempt, or was given up
 */
export const timelineKey = (orgId: string, entityId: string) => `${orgId}#${entityId}`;

export const positionKey = (occurredAt: string, eventId: string) => `${occurredAt}#${eventId}`;

export const orgKey = (orgId: string) => ({ pk: `org#${orgId}`, sk: "profile" });

export const orgsPartition = "orgs";

export const listedOrgPrefix = "org#";

export const listedOrgKey = (orgId: string) => ({ pk: orgsPartition, sk: `${listedOrgPrefix}${orgId}` });

export const orgTokenPrefix = "token#";

export const orgTokenKey = (orgId: string, tokenId: string) => ({
  pk: `org#${orgId}`,
  sk: `${orgTokenPrefix}${tokenId}`,
});

export const slugKey = (slug: string) => ({ pk: `slug#${slug}`, sk: "org" });

export const tokenKey = (tokenId: string) => ({ pk: `token#${tokenId}`, sk: "token" });

export const issuedTokenKey = (clientId: string, tokenId: string) => ({
  ...tokenKey(clientId),
  sk: `${orgTokenPrefix}${tokenId}`,
});

export const placePartition = (orgId: string, list: string) => `page#${orgId}#${list}`;

export const placePrefix = "at#";

export const placeKey = (orgId: string, list: string, offset: number) => ({
  pk: placePartition(orgId, list),
  sk: `${placePrefix}${String(offset).padStart(12, "0")}`,
});

export const pinKey = (orgId: string, key: string) => ({ pk: `pin#${orgId}#${key}`, sk: "pin" });

export const endpointPrefix = "endpoint#";

export const endpointKey = (orgId: string, endpointId: string) => ({
  pk: `webhooks#${orgId}`,
  sk: `${endpointPrefix}${endpointId}`,
});

export const webhookOrgsPartition = "webhook_orgs";

export const webhookOrgPrefix = "org#";

export const webhookOrgKey = (orgId: string) => ({ pk: webhookOrgsPartition, sk: `${webhookOrgPrefix}${orgId}` });

export const webhookVersionKey = { pk: "webhook_version", sk: "version" };

export const deliveryPrefix = "delivery#";

export const deliveryKey = (endpointId: string, deliveryId: string) => ({
  pk: `endpoint#${endpointId}`,
  sk: `${deliveryPrefix}${deliveryId}`,
});

export const attemptPrefix = "attempt#";

export const attemptKey = (endpointId: string, deliveryId: string, number: number) => ({
  pk: `delivery#${endpointId}#${deliveryId}`,
  sk: `${attemptPrefix}${String(number).padStart(6, "0")}`,
});

export const healthKey = (endpointId: string) => ({ pk: `health#${endpointId}`, sk: "health" });

export const permitsKey = (orgId: string, part: number) => ({ pk: `permits#${orgId}`, sk: `part#${part}` });

export const duePartition = (shard: number) => `due#${shard}`;

export const dueKey = (shard: number, dueAt: Date, attempt: { delivery_id: string; cycle: number; step: number }) => ({
  pk: duePartition(shard),
  sk: `${dueAt.toISOString()}#${attempt.delivery_id}#${attempt.cycle}#${attempt.step}`,
});

export const replayPrefix = "replay#";

export const replayKey = (endpointId: string, replayId: string) => ({
  pk: `replay#${endpointId}`,
  sk: `${replayPrefix}${replayId}`,
});
