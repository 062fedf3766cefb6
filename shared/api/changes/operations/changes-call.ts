import type { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { ResolvePorts, SequencedEventReader } from "#shared/ledger/feed/resolve-entries.ts";
import type { WaitLeases } from "#shared/ledger/feed/wait-leases.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";

/** A request for changes, and what its operation needs. */
export type ChangesCall = PathCall & {
  readonly context: RequestContext;
  readonly authenticator: TokenAuthenticator;
  readonly callerCache: CallerCache;
  readonly ledger: LedgerReader;
  createEventReader(meter: ReadMeter): SequencedEventReader;
  readonly waits: WaitLeases;
  readonly report: ResolvePorts["report"];
  now(): Date;
  sleep(ms: number): Promise<unknown>;
};

export type ChangesOperation = Operation<ChangesCall>;
