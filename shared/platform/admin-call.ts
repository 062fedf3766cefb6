/** The subject and the result of a call of an administrator, as the audit log of requests shows them. */
export type AdminAuditFields = {
  /** The organisations concerned, separated by commas: a token may be valid for several. */
  readonly org_ids?: string | undefined;
  readonly token_id?: string | undefined;
  /** The key that signs viewer tokens. */
  readonly viewer_key_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly scopes?: string | undefined;
  /** The other arguments, as `since=… until=…`. */
  readonly filters?: string | undefined;
  readonly count?: number | undefined;
  /** The new shard count of an organisation: readers need it again after a restore. */
  readonly shards?: number | undefined;
};

/** One call of an administrator, as it is logged. */
export type AdminCall = AdminAuditFields & {
  readonly request_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly duration_ms: number;
};
