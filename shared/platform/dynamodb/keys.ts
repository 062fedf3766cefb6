/**
 * Every key of the four tables, on one page.
 *
 * events table                                                serves
 *   timeline = org#entity, position = time#event              the timeline of an entity; idempotent append
 *   by_time     org_id, shard                 | ORDER         the organisation's feed
 *   by_type     org_id, entity_type, shard    | ORDER         one entity type
 *   by_actor    org_id, actor_user_id, shard  | ORDER         events of one user
 *   by_contact  org_id, contact_id, shard     | ORDER         events of one customer or supplier
 *   paid        org_id, settled, shard        | ORDER         money received and paid
 *   ORDER is occurred_at, event_id, entity_id: unique within an organisation.
 *
 * config table (pk, sk)
 *   orgs          org#ID                                      the list of organisations
 *   org#ID        profile                                     one organisation
 *   org#ID        token#TOKEN                                 the tokens of an organisation
 *   slug#SLUG     org                                         the organisation of a slug
 *   token#TOKEN   token                                       one token, with its rate window; a client's access tokens
 *   pin#ORG#KEY   pin, writer#WRITER                          an idempotency key, 30 days; of another writer of the same key
 *   page#ORG#LIST  at#OFFSET                                  page checkpoints of a list, minutes
 *   sharded_orgs  org#ID                                      the organisations with several shards, and their settings
 *   suspended_orgs  org#ID                                    the suspended organisations
 *   viewer_keys   key#TIME#KEY                                the keys that sign viewer tokens
 *   checkpoint#ORG  latest, size#SIZE                         the checkpoint of a log that was signed last, and all of them
 *   change_waits  leases                                      the requests of all organisations that wait for changes
 *   change_waits#ORG  leases                                  those of one organisation
 *   webhooks#ORG  endpoint#ENDPOINT                           the webhook endpoints of an organisation
 *   webhooks#ORG  data_key                                    the encrypted key of its signing secrets
 *   webhooks#ORG  summary                                     the number of endpoints of an organisation
 *   webhook_orgs#SHARD  org#ID                                organisations with endpoints, also former ones
 *   webhook_changes#SHARD  time#endpoint#version              changes of endpoints, for a day
 *   sequencer#LEDGER#SHARD  claim                             the sequencer's progress in a shard of the stream, 48 hours
 *   anchors#LEDGER  store#STORE                               how many rounds of anchors a store outside has
 *   reconcile#LEDGER#ORG  run, dry_run                        the comparison of a log with its events, 48 hours
 *
 * deliveries table (pk, sk)
 *   endpoint#ENDPOINT           delivery#DELIVERY             the deliveries of an endpoint, 30 days
 *   delivery#ENDPOINT#DELIVERY  attempt#NUMBER                the attempts of a delivery, 30 days
 *   health#ENDPOINT             health                        the health of an endpoint
 *   permits#ORG                 part#NUMBER                   running requests to slow endpoints of an organisation
 *   destination#HOST            window                        requests to a host in the open window
 *   due#SHARD                   time#delivery#cycle#step      scheduled attempts
 *   replay#ENDPOINT             replay#REPLAY                 replays of an endpoint, 30 days
 *   replays#ORG                 list                          replays of an organisation, 30 days
 *   undelivered  endpoint_id, undelivered | delivery_id       deliveries that are pending or have failed
 *
 * ledger table (pk, sk); the sort key is a number
 *   log#LOG         index of its first entry                  the chunks of a log
 *   node#LOG#LEVEL  index                                     the roots of 256 full nodes of the level below, from level 1
 *   round#ROOT      0                                         the heads that an entry of the log of anchors commits to
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

/** The key of a writer, if another writer has used the same idempotency key before. */
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

export const viewerKeysPartition = "viewer_keys";

export const viewerKeyPrefix = "key#";

export const viewerKeyKey = ({ key_id, created_at }: { key_id: string; created_at: string }) => ({
  pk: viewerKeysPartition,
  sk: `${viewerKeyPrefix}${created_at}#${key_id}`,
});

export const checkpointsPartition = (log: string) => `checkpoint#${log}`;

export const latestCheckpointKey = (log: string) => ({ pk: checkpointsPartition(log), sk: "latest" });

/** The digits of the largest safe integer, so that the keys of checkpoints sort by size. */
const sizeDigits = 16;

export const checkpointKey = (log: string, size: number) => ({
  pk: checkpointsPartition(log),
  sk: `size#${String(size).padStart(sizeDigits, "0")}`,
});

export const changeWaitsKey = () => ({ pk: "change_waits", sk: "leases" });

export const orgChangeWaitsKey = (orgId: string) => ({ pk: `${changeWaitsKey().pk}#${orgId}`, sk: "leases" });

export const endpointPrefix = "endpoint#";

export const endpointKey = (orgId: string, endpointId: string) => ({
  pk: `webhooks#${orgId}`,
  sk: `${endpointPrefix}${endpointId}`,
});

/** The key of the encrypted data key. It is not listed with the endpoints. */
export const dataKeyKey = (orgId: string) => ({ pk: `webhooks#${orgId}`, sk: "data_key" });

export const endpointSummaryKey = (orgId: string) => ({ pk: endpointKey(orgId, "").pk, sk: "summary" });

export const webhookOrgsPartition = (shard: number) => `webhook_orgs#${shard}`;

export const webhookOrgPrefix = "org#";

export const webhookOrgKey = (shard: number, orgId: string) => ({
  pk: webhookOrgsPartition(shard),
  sk: `${webhookOrgPrefix}${orgId}`,
});

export const endpointChangesPartition = (shard: number) => `webhook_changes#${shard}`;

export const endpointChangeKey = (
  shard: number,
  changedAt: Date,
  change: { endpoint_id: string; version: number },
) => ({
  pk: endpointChangesPartition(shard),
  sk: `${changedAt.toISOString()}#${change.endpoint_id}#${change.version}`,
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

export const claimKey = (ledgerTable: string, shard: string) => ({
  pk: `sequencer#${ledgerTable}#${shard}`,
  sk: "claim",
});

export const reconcileRunKey = (ledgerTable: string, log: string, isDryRun: boolean) => ({
  pk: `reconcile#${ledgerTable}#${log}`,
  sk: isDryRun ? "dry_run" : "run",
});

export const chunkPartition = (log: string) => `log#${log}`;

export const nodePartition = (log: string, level: number) => `node#${log}#${level}`;

export const roundPartition = (root: string) => `round#${root}`;

export const anchorProgressKey = (ledgerTable: string, store: string) => ({
  pk: `anchors#${ledgerTable}`,
  sk: `store#${store}`,
});
