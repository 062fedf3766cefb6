import { authenticateWithoutCounting } from "#shared/api/http/authenticate-request.ts";
import { withReadCharge } from "#shared/api/http/charge-read.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { ChangePage } from "#shared/ledger/feed/change.ts";
import { listChanges } from "#shared/ledger/feed/list-changes.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { waitForChunk } from "#shared/ledger/feed/wait-for-chunk.ts";
import type { WaitLease } from "#shared/ledger/feed/wait-leases.ts";
import { type FeedAuth, feedAuthOf } from "./feed-authentication.ts";
import type { ChangesCall } from "./operations/changes-call.ts";
import { responseBudget } from "./render.ts";

/** `wait` is in seconds, from the arrival of the request on. */
type ChangesValues = { readonly after: number; readonly limit: number; readonly wait: number };

type ReadPage = ChangePage & ChangesValues & { readonly org_id: string };

/**
 * Authenticates a request and reads its page. `parse` parses its parameters meanwhile. If the page is empty, waits for a
 * change if the request asks for it. Throws `ActivityError`.
 */
export async function readChanges(
  call: ChangesCall,
  scope: Scope | null,
  parse: () => ChangesValues,
): Promise<ReadPage> {
  const arrivedAt = call.now().getTime();
  const auth = feedAuthOf(call, scope);
  const read = async (org_id: string, meter: ReadMeter): Promise<ReadPage> =>
    readPage(call, { ...parse(), org_id }, meter);
  const page = await speculativeRead(auth, read);
  // Beyond the end of the log, the next change would not be after `after`.
  const canWait = page.changes.length === 0 && page.after <= page.latest_sequence;
  return canWait && page.wait > 0 ? waitForPage(call, auth, page, arrivedAt) : page;
}

async function readPage(
  { ledger, createEventReader, report }: ChangesCall,
  asked: ChangesValues & { readonly org_id: string },
  meter: ReadMeter,
): Promise<ReadPage> {
  const ports = {
    ledger: meterLedgerReads(ledger, meter),
    events: createEventReader(meter),
    visibleEntityTypes: documentTypes,
    report,
  };
  return { ...asked, ...(await listChanges(ports, asked, responseBudget)) };
}

/**
 * Waits for a change and reads the page again. Throws `ActivityError` if the token may no longer read it then. Each waiting
 * request holds an instance of the function, so it needs a lease; without one it returns the empty page.
 */
async function waitForPage(call: ChangesCall, auth: FeedAuth, empty: ReadPage, arrivedAt: number): Promise<ReadPage> {
  const lease = await acquireLease(call, empty.org_id);
  if (lease === null) return empty;
  const begunAt = call.now().getTime();
  try {
    const hasChanges = await waitForChunk(call, empty.org_id, empty.after, arrivedAt + empty.wait * 1_000);
    call.context.waitedMs = call.now().getTime() - begunAt;
    if (!hasChanges) return empty;
    auth.authorize(await authenticateWithoutCounting(auth));
    return await withReadCharge(auth, Promise.resolve(), (meter) => readPage(call, empty, meter));
  } finally {
    await releaseLease(call, lease);
  }
}

/** The page is read already, so a store that is unavailable only means that the request does not wait. */
async function acquireLease({ waits, now }: ChangesCall, orgId: string): Promise<WaitLease | null> {
  try {
    return await waits.acquire(orgId, now());
  } catch (error) {
    if (error instanceof ActivityError) return null;
    throw error;
  }
}

/** The response is complete: a lease that cannot be released ends by itself. */
async function releaseLease({ waits }: ChangesCall, lease: WaitLease): Promise<void> {
  try {
    await waits.release(lease);
  } catch (error) {
    if (!(error instanceof ActivityError)) throw error;
  }
}
