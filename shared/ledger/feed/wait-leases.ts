/** Requests of one organisation that may wait for changes concurrently. */
export const maxWaitsPerOrg = 3;

/** Longer than the timeout of the function that serves the change feed. */
export const waitLeaseMs = 30_000;

/** `until` is the end of the lease, in Unix milliseconds. */
type Lease = { readonly slot: number; readonly until: number };

/** The permission of a request to wait: one of the leases of its organisation, and one of those of all organisations. */
export type WaitLease = { readonly org_id: string; readonly ofOrg: Lease; readonly ofAll: Lease };

/** Limits the requests that wait for changes. Each holds an instance of the function, of which there are few. */
export type WaitLeases = {
  /** Returns `null` if as many requests are waiting as the organisation, or all organisations together, may have. */
  acquire(orgId: string, now: Date): Promise<WaitLease | null>;
  release(lease: WaitLease): Promise<void>;
};
