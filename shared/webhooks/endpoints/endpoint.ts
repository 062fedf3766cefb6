import type { ActivityEvent } from "#shared/events/event.ts";
import type { UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";
import type { StoredEndpointSettings } from "./endpoint-settings.ts";

/** The maximum number of endpoints of an organisation. */
export const maxEndpointsPerOrg = 50;

/** Why an endpoint is disabled: by its owner, or by the system. */
export type DisabledReason = "owner" | SystemDisabledReason;

/** It responded with 410, failed for three days, or its token was revoked. */
export type SystemDisabledReason = "gone" | "failing" | "token_revoked";

/** A signing secret as it is stored. The ciphertext is bound to its endpoint. */
export type EncryptedSecret = {
  readonly sealed: string;
  /** When it stops signing; `null` for the current one. */
  readonly expires_at: string | null;
};

/** Static headers as they are stored: names as plain text, names and values encrypted together. */
export type EncryptedHeaders = {
  /** In the owner's spelling. */
  readonly names: readonly string[];
  readonly sealed: string;
};

/** A URL to which an organisation's events are sent. Times are UTC with three fraction digits. */
export type Endpoint = StoredEndpointSettings & {
  /** `wh_` and 32 hexadecimal digits. */
  readonly endpoint_id: string;
  readonly org_id: string;
  /** Newest first. Older ones sign as well until they expire. */
  readonly secrets: readonly EncryptedSecret[];
  /** Headers that the owner adds to each request. */
  readonly headers: EncryptedHeaders | null;
  readonly disabled: { readonly reason: DisabledReason | UnrecognisedValue; readonly at: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** The token that created it; `null` for endpoints created before this was recorded. */
  readonly created_by: string | null;
  /** The tokens that changed it, the latest last. */
  readonly changed_by: readonly string[];
  /** Version number for optimistic locking. */
  readonly version: number;
};

/** Stores endpoints. Each change is one transaction with the event that records it. */
export type EndpointStore = {
  /** Throws `ActivityError` `conflict` if the organisation has `maxEndpointsPerOrg` endpoints. */
  create(endpoint: Endpoint, event: ActivityEvent): Promise<void>;
  /** Oldest first; a consistent read. */
  list(orgId: string): Promise<readonly Endpoint[]>;
  /** A consistent read; `null` if the organisation has no such endpoint. */
  get(orgId: string, endpointId: string): Promise<Endpoint | null>;
  /** Replaces an endpoint. Returns `false` if it was changed since `before` was read. */
  update(before: Endpoint, after: Endpoint, event: ActivityEvent): Promise<boolean>;
  /** Returns `false` if the endpoint was changed since it was read. */
  remove(endpoint: Endpoint, event: ActivityEvent): Promise<boolean>;
};

/** The fields of an endpoint that the fan-out needs. */
export type EndpointSubscription = Pick<Endpoint, "endpoint_id" | "events" | "entity_id" | "created_at">;

/** An entry of the change log: an endpoint was created, changed or deleted. */
export type EndpointChange = Pick<Endpoint, "endpoint_id"> & {
  /** `null` if the entry is damaged. */
  readonly org_id: string | null;
  /** Unique; begins with the time of the change in ISO 8601. */
  readonly change_id: string;
};

/** Stores the data key of each organisation, encrypted. The organisation's secrets are encrypted under it. */
export type DataKeyStore = {
  /** A consistent read; `null` if the organisation has no data key yet. */
  get(orgId: string): Promise<string | null>;
  /** Stores an organisation's data key unless it has one. Returns the stored one. */
  create(orgId: string, dataKey: string): Promise<string>;
};

/** The reads of the fan-out. All are consistent reads. */
export type EndpointReader = Pick<EndpointStore, "list" | "get"> & {
  /** The organisations of a shard (`hashOrg`) that have or had an endpoint. */
  listOrgIds(shard: number): Promise<readonly string[]>;
  /** The changes of all endpoints at `since` or later. Each is stored in the transaction of the change. */
  listChanges(since: string): Promise<readonly EndpointChange[]>;
};

/** Compares for `sort`: oldest first. */
export function compareByAge(left: EndpointSubscription, right: EndpointSubscription): number {
  const age = ({ created_at, endpoint_id }: EndpointSubscription) => `${created_at} ${endpoint_id}`;
  return age(left) < age(right) ? -1 : 1;
}

/** What an encrypted text is for. It is bound to the ciphertext. */
export type SecretPurpose = "secret" | "headers";

/** Encrypts texts for one endpoint and purpose (`secret` by default), and decrypts them only for the same two. */
export type SecretEncryption = {
  encrypt(text: string, endpoint: Pick<Endpoint, "org_id" | "endpoint_id">, purpose?: SecretPurpose): Promise<string>;
  decrypt(
    ciphertext: string,
    endpoint: Pick<Endpoint, "org_id" | "endpoint_id">,
    purpose?: SecretPurpose,
  ): Promise<string>;
};

/** The maximum length of `changed_by`. */
const maxTokens = 20;

/** Returns `changed_by` of an endpoint after one more change by a token. */
export function appendChangedBy({ changed_by }: Pick<Endpoint, "changed_by">, tokenId: string): readonly string[] {
  return [...changed_by.filter((other) => other !== tokenId), tokenId].slice(-maxTokens);
}
