import type { Scope } from "#shared/auth/caller.ts";

/** The scopes that a viewer token can have. */
export const viewerScopes = ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"] as const satisfies readonly Scope[];

export type ViewerScope = (typeof viewerScopes)[number];

/** The lifetime of a viewer token. */
export const viewerTokenSeconds = { min: 60, default: 900, max: 3_600 } as const;

/** The longest viewer token in characters: all headers of a request share 10,240 bytes at API Gateway. */
export const maxViewerTokenLength = 4_096;

/** What a viewer token can read of its organisation: one document, one contact, one actor, or all if each is `null`. */
export type ViewerLimits = {
  readonly entity_type: string | null;
  readonly entity_id: string | null;
  readonly contact_id: string | null;
  readonly actor_user_id: string | null;
};

export const noViewerLimits: ViewerLimits = {
  entity_type: null,
  entity_id: null,
  contact_id: null,
  actor_user_id: null,
};

/** A token for browsers. It is never stored: its signature proves that this service issued it. */
export type ViewerToken = ViewerLimits & {
  readonly viewer_token_id: string;
  /** The token that issued it. Requests count for that token, and end with it. */
  readonly issuer_token_id: string;
  readonly org_id: string;
  readonly scopes: readonly ViewerScope[];
  /** The fields of events that it does not show, see `hide.ts`. */
  readonly hide: readonly string[];
  /** The origins of the pages that may use it. */
  readonly origins: readonly string[];
  readonly issued_at: string;
  readonly expires_at: string;
};

/** Returns the public id of a viewer token from 16 random bytes. */
export function toViewerTokenId(random: Uint8Array): string {
  if (random.length !== 16) throw new RangeError("The id of a viewer token needs 16 random bytes.");
  return `vwt_${Buffer.from(random).toString("hex")}`;
}
