/**
 * Every key of both tables, on one page.
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
 *   pin#ORG#KEY   pin                                         an idempotency key, 30 days
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

export const pinKey = (orgId: string, key: string) => ({ pk: `pin#${orgId}#${key}`, sk: "pin" });
