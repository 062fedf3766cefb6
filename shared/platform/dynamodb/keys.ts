/**
 * Every key of the three tables, on one page.
 *
 * events table                                                serves
 *   timeline = org#entity, position = time#event              a document's timeline; idempotent append
 *   by_time     org_id, shard                 | ORDER         the organisation's feed
 *   by_type     org_id, entity_type, shard    | ORDER         one kind of document
 *   by_actor    org_id, actor_user_id, shard  | ORDER         what one user did
 *   by_contact  org_id, contact_id, shard     | ORDER         one customer's or supplier's story
 *   paid        org_id, settled, shard        | ORDER         money received and paid
 *   ORDER is occurred_at, event_id, entity_id: no two events of an organisation have the same.
 *
 * config table (pk, sk)
 *   orgs          org#ID                                      the list of organisations
 *   org#ID        profile                                     one organisation
 *   org#ID        token#TOKEN                                 the tokens of an organisation
 *   slug#SLUG     org                                         the organisation of a slug
 *   token#TOKEN   token                                       one token, with its rate window; a client's access tokens
 *   pin#ORG#KEY   pin, writer#WRITER                          an idempotency key, 30 days; of a second writer of the key
 *   page#ORG#LIST  at#OFFSET                                  where a list goes on, minutes
 *   sharded_orgs  org#ID                                      the organisations with several shards, and how many
 *   suspended_orgs  org#ID                                    the organisations that are suspended
 *   webhooks#ORG  endpoint#ENDPOINT                           the webhook endpoints of an organisation
 *   webhooks#ORG  data_key                                    the encrypted key of its signing secrets
 *   webhooks#ORG  summary                                     how many endpoints an organisation has
 *   webhook_orgs#SHARD  org#ID                                organisations that have, or had, endpoints
 *   webhook_changes#SHARD  time#endpoint#version              changes of endpoints, for a day
 *
 * deliveries table (pk, sk)
 *   endpoint#ENDPOINT           delivery#DELIVERY             the deliveries of an endpoint, 30 days
 *   delivery#ENDPOINT#DELIVERY  attempt#NUMBER                the attempts of a delivery, 30 days
 *   health#ENDPOINT             health                        how an endpoint fares
 *   permits#ORG                 part#NUMBER                   sends in flight to slow endpoints of an organisation
 *   destination#HOST            window                        sends to a host, in the window that is open
 *   due#SHARD                   time#delivery#cycle#step      attempts that wait for their time
 *   replay#ENDPOINT             replay#REPLAY                 replays of an endpoint, 30 days
 *   replays#ORG                 list                          replays that an organisation began, 30 days
 *   undelivered  endpoint_id, undelivered | delivery_id       what waits for another attempt, or was given up
 */
export const timelineKey = (orgId: string, entityId: string) => `${orgId}#${entityId}`;

export const positionKey = (occurredAt: string, eventId: string) => `${occurredAt}#${eventId}`;

export const eventKey = (
  orgId: string,
  { entity_id, occurred_at, event_id }: { entity_id: string; occurred_at: string; event_id: string },
) => ({ timeline: timelineKey(orgId, entity_id), position: positionKey(occurred_at, event_id) });

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

export const pageCheckpointPartition = (orgId: string, list: string) => `page#${orgId}#${list}`;

export const pageCheckpointPrefix = "at#";

export const pageCheckpointKey = (orgId: string, list: string, offset: number) => ({
  pk: pageCheckpointPartition(orgId, list),
  sk: `${pageCheckpointPrefix}${String(offset).padStart(12, "0")}`,
});

export const idempotencyRecordKey = (orgId: string, key: string) => ({ pk: `pin#${orgId}#${key}`, sk: "pin" });

/** Of a writer whose key another one had used before. */
export const writerIdempotencyRecordKey = (orgId: string, key: string, writer: string) => ({
  pk: idempotencyRecordKey(orgId, key).pk,
  sk: `writer#${writer}`,
});

export const shardedOrgsPartition = "sharded_orgs";

export const shardedOrgPrefix = "org#";

export const shardedOrgKey = (orgId: string) => ({ pk: shardedOrgsPartition, sk: `${shardedOrgPrefix}${orgId}` });

export const suspendedOrgsPartition = "suspended_orgs";

export const suspendedOrgPrefix = "org#";

export const suspendedOrgKey = (orgId: string) => ({ pk: suspendedOrgsPartition, sk: `${suspendedOrgPrefix}${orgId}` });

export const endpointPrefix = "endpoint#";

export const endpointKey = (orgId: string, endpointId: string) => ({
  pk: `webhooks#${orgId}`,
  sk: `${endpointPrefix}${endpointId}`,
});

/** Of the encrypted data key: beside the endpoints, and not listed with them. */
export const dataKeyKey = (orgId: string) => ({ pk: `webhooks#${orgId}`, sk: "data_key" });

export const endpointSummaryKey = (orgId: string) => ({ pk: endpointKey(orgId, "").pk, sk: "summary" });

export const webhookOrgsPartition = (shard: number) => `webhook_orgs#${shard}`;

export const webhookOrgPrefix = "org#";

export const webhookOrgKey = (shard: number, orgId: string) => ({
  pk: webhookOrgsPartition(shard),
  sk: `${webhookOrgPrefix}${orgId}`,
});

export const endpointChangesPartition = (shard: number) => `webhook_changes#${shard}`;

export const endpointChangeKey = (shard: number, at: Date, changed: { endpoint_id: string; version: number }) => ({
  pk: endpointChangesPartition(shard),
  sk: `${at.toISOString()}#${changed.endpoint_id}#${changed.version}`,
});

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

export const scheduledAttemptsPartition = (shard: number) => `due#${shard}`;

export const scheduledAttemptKey = (
  shard: number,
  dueAt: Date,
  attempt: { delivery_id: string; cycle: number; step: number },
) => ({
  pk: scheduledAttemptsPartition(shard),
  sk: `${dueAt.toISOString()}#${attempt.delivery_id}#${attempt.cycle}#${attempt.step}`,
});

export const replayPrefix = "replay#";

export const replayKey = (endpointId: string, replayId: string) => ({
  pk: `replay#${endpointId}`,
  sk: `${replayPrefix}${replayId}`,
});

export const replayListKey = (orgId: string) => ({ pk: `replays#${orgId}`, sk: "list" });

export const destinationKey = (destination: string) => ({ pk: `destination#${destination}`, sk: "window" });
