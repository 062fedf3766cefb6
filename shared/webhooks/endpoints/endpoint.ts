import type { ActivityEvent } from "#shared/events/event.ts";
import type { LaterValue } from "#shared/webhooks/later-value.ts";

/** Endpoints of one organisation at most. */
export const maxEndpoints = 50;

/** Why an endpoint gets nothing: its owner said so, it answered 410, it failed for three days, or its token leaked. */
export type DisabledReason = "owner" | ImposedReason;

/** What the log itself disables an endpoint for. */
export type ImposedReason = "gone" | "failing" | "token_revoked";

/** A signing secret as it is stored: encrypted, and readable only for its own endpoint. */
export type SealedSecret = {
  readonly sealed: string;
  /** When it stops signing; `null` for the one in force. */
  readonly expires_at: string | null;
};

/** Static headers as they are stored: names readable, names and values encrypted together. */
export type SealedHeaders = {
  /** As their owner wrote them. */
  readonly names: readonly string[];
  readonly sealed: string;
};

/** Where an organisation's events are sent. Times are UTC with three fraction digits. */
export type Endpoint = {
  /** `wh_` and 32 hexadecimal digits. */
  readonly endpoint_id: string;
  readonly org_id: string;
  readonly url: string;
  /** Filters: `invoice.sent`, `invoice.*`, `*.voided`, `*`. */
  readonly events: readonly string[];
  /** Only events of this document; `null` for all. */
  readonly entity_id: string | null;
  readonly description: string | null;
  /** Newest first; older ones sign beside it until they expire. */
  readonly secrets: readonly SealedSecret[];
  /** What its owner adds to the headers of each request; `null` for nothing. */
  readonly headers: SealedHeaders | null;
  readonly disabled: { readonly reason: DisabledReason | LaterValue; readonly at: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** The token that created it; `null` for endpoints from before this was recorded. */
  readonly created_by: string | null;
  /** The tokens that changed it, the last of them at the end. */
  readonly changed_by: readonly string[];
  /** Counts the changes, so that two at once are noticed. */
  readonly version: number;
};

/**
 * Endpoints at rest. Each change is one transaction with the event that tells of it, so that neither is ever without
 * the other.
 */
export type EndpointStore = {
  /** Throws `ActivityError` `conflict` where the organisation has as many endpoints as it may. */
  create(endpoint: Endpoint, event: ActivityEvent): Promise<void>;
  /** Oldest first, as of now. */
  list(orgId: string): Promise<readonly Endpoint[]>;
  /** As of now; `null` where the organisation has no such endpoint. */
  get(orgId: string, endpointId: string): Promise<Endpoint | null>;
  /** Replaces an endpoint; answers `false` where `before` is no longer what stands. */
  update(before: Endpoint, after: Endpoint, event: ActivityEvent): Promise<boolean>;
  /** Answers `false` where `endpoint` is no longer what stands. */
  remove(endpoint: Endpoint, event: ActivityEvent): Promise<boolean>;
};

/** What the fan-out needs to know of an endpoint. */
export type Subscription = Pick<Endpoint, "endpoint_id" | "events" | "entity_id" | "created_at">;

/** That an endpoint was created, changed or deleted. */
export type EndpointChange = Pick<Endpoint, "endpoint_id"> & {
  /** `null` where the entry is damaged and does not say whose endpoint it is. */
  readonly org_id: string | null;
  /** Begins with the time of the change, in ISO 8601; no other change has the same. */
  readonly change_id: string;
};

/** The encrypted data key of each organisation at rest: its secrets are encrypted under it. */
export type DataKeyStore = {
  /** As of now; `null` where the organisation has none yet. */
  get(orgId: string): Promise<string | null>;
  /** Stores an organisation's data key unless it has one; returns the one that is stored. */
  create(orgId: string, dataKey: string): Promise<string>;
};

/** What the fan-out reads. Every answer is as of now. */
export type EndpointSource = Pick<EndpointStore, "list" | "get"> & {
  /** The organisations of a shard (`hashOrg`) that have, or once had, an endpoint. */
  orgsIn(shard: number): Promise<readonly string[]>;
  /** The changes of all endpoints whose time is `since` or later. Each is stored in the transaction of the change. */
  changesSince(since: string): Promise<readonly EndpointChange[]>;
};

/** Oldest first; for `sort`. */
export function byAge(left: Subscription, right: Subscription): number {
  const age = ({ created_at, endpoint_id }: Subscription) => `${created_at} ${endpoint_id}`;
  return age(left) < age(right) ? -1 : 1;
}

/** What a text was encrypted as: it can be decrypted as nothing else. */
export type SealedContent = "secret" | "headers";

/** Encrypts texts for one endpoint, as a secret unless told otherwise; what was sealed for another cannot be opened. */
export type SecretBox = {
  seal(text: string, endpoint: Pick<Endpoint, "org_id" | "endpoint_id">, content?: SealedContent): Promise<string>;
  open(sealed: string, endpoint: Pick<Endpoint, "org_id" | "endpoint_id">, content?: SealedContent): Promise<string>;
};

/** Tokens that are remembered as having changed an endpoint. */
const maxTokens = 20;

/** Who changed an endpoint, after one more change. */
export function changedBy({ changed_by }: Pick<Endpoint, "changed_by">, tokenId: string): readonly string[] {
  return [...changed_by.filter((other) => other !== tokenId), tokenId].slice(-maxTokens);
}
