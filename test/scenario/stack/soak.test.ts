import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import { runChecks } from "#test/soak/checks/checks.ts";
import type { EventsTableItem, SoakResult } from "#test/soak/checks/soak-result.ts";
import { faultKinds } from "#test/soak/faults/fault-log.ts";
import type { LedgerLogs } from "#test/soak/ledger-logs.ts";
import { type SoakOutcome, soak } from "#test/soak/soak.ts";
import { chunksOf } from "#test/support/ledger/entries.ts";
import { seedOverride } from "#test/support/vitest/environment.ts";

const seed = seedOverride() ?? Math.floor(Math.random() * 2 ** 32);
const folder = mkdtempSync(join(tmpdir(), "activity-log-soak-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let outcome: SoakOutcome;

type Corruption = { readonly check: string | readonly string[]; corrupt(found: SoakResult): Partial<SoakResult> };

const isEvent = ({ entity_type, entity_id }: EventsTableItem) =>
  entity_type !== "WEBHOOK_ENDPOINT" && !String(entity_id).startsWith("damaged_");

/** Corrupted results, each with the checks that must fail, and no others. */
const corruptions: Record<string, Corruption> = {
  "an event that is not stored": {
    check: ["stored", "sequenced"],
    corrupt: ({ stored }) => ({ stored: stored.toSpliced(stored.findIndex(isEvent), 1) }),
  },
  "an event that is stored twice": {
    check: "stored",
    corrupt: ({ stored }) => ({ stored: [...stored, ...stored.filter(isEvent).slice(0, 1)] }),
  },
  "an event that is stored as another": {
    check: ["stored", "sequenced"],
    corrupt: ({ stored }) => ({ stored: stored.map((item) => ({ ...item, metadata: "{}" })) }),
  },
  "an event that was never written": {
    check: ["stored", "sequenced"],
    corrupt: ({ stored }) => ({ stored: [...stored, { ...stored.find(isEvent), event_id: "evt_foreign" }] }),
  },
  "an event without a line in the audit log": {
    check: "audit lines",
    corrupt: ({ logged, stored }) => {
      const event_id = stored.find(isEvent)?.event_id;
      return { logged: logged.filter((line) => line.event_id !== event_id) };
    },
  },
  "an audit line that reports tampering": {
    check: "audit lines",
    corrupt: ({ logged }) => ({ logged: [...logged, { ...logged.find(isEvent), message: "tamper" }] }),
  },
  "a damaged item without an audit line": {
    check: "tampering query",
    corrupt: ({ logged }) => ({ logged: logged.filter(({ message }) => message !== "tamper") }),
  },
  "an event without a sequence": {
    check: ["sequenced", "fed"],
    corrupt: ({ ledger }) => ({
      ledger: mapEntries(ledger, (entries) => entries.filter(({ kind }) => kind !== "event")),
    }),
  },
  "events with two sequences": {
    check: ["sequenced", "fed"],
    corrupt: ({ ledger }) => ({
      ledger: mapEntries(ledger, (entries) => [...entries, ...entries.filter(({ kind }) => kind === "event")]),
    }),
  },
  "events with the digests of others": {
    check: "sequenced",
    corrupt: ({ ledger }) => ({
      ledger: mapEntries(ledger, (entries) =>
        entries.map((entry) => (entry.kind === "event" ? { ...entry, sha256: new Uint8Array(32) } : entry)),
      ),
    }),
  },
  "a damaged item that is not in the ledger": {
    check: ["damaged items sequenced", "fed"],
    corrupt: ({ ledger }) => ({
      ledger: mapEntries(ledger, (entries) => entries.filter(({ kind }) => kind === "event")),
    }),
  },
  "a change feed that lacks its last number": {
    check: "fed",
    corrupt: ({ logs }) => ({
      logs: { ...logs, fed: new Map([...logs.fed].map(([org, changes]) => [org, changes.slice(0, -1)])) },
    }),
  },
  "a change feed that withholds an event": {
    check: "fed",
    corrupt: ({ logs }) => ({
      logs: {
        ...logs,
        fed: new Map(
          [...logs.fed].map(([org, changes]) => [
            org,
            changes.map((change) =>
              change.event_id === null ? change : { ...change, event_id: null, reason: "missing" },
            ),
          ]),
        ),
      },
    }),
  },
  "a proof that is not valid": {
    check: "proved",
    corrupt: ({ logs }) => ({ logs: { ...logs, verified: { ...logs.verified, problems: ["changes/1/proof"] } } }),
  },
  "a log whose numbers have a gap": {
    check: "logs without gaps",
    corrupt: ({ ledger }) => ({ ledger: new Map([...ledger].map(([log, chunks]) => [log, withGap(chunks)])) }),
  },
  "an event that is not listed": {
    check: "listed",
    corrupt: ({ shown }) => ({ shown: new Map([...shown].map(([org, ids]) => [org, ids.slice(1)])) }),
  },
  "events that are listed in another order": {
    check: "listed",
    corrupt: ({ shown }) => ({ shown: new Map([...shown].map(([org, ids]) => [org, ids.toReversed()])) }),
  },
  "a rejected message that is missing": {
    check: "rejected",
    corrupt: ({ rejected }) => ({ rejected: rejected.filter(({ body }) => body !== rejected[0]?.body) }),
  },
  "a rejected message without a reason": {
    check: "rejected",
    corrupt: ({ rejected }) => ({ rejected: rejected.map((message) => ({ ...message, reason: undefined })) }),
  },
  "an event that was not delivered": {
    check: "delivered",
    corrupt: ({ received }) => ({ received: received.map((org) => ({ ...org, received: org.received.slice(0, -1) })) }),
  },
  "an event that was delivered under two ids": {
    check: "no divergent deliveries",
    corrupt: ({ received }) => ({
      received: received.map((org) => ({
        ...org,
        received: org.received.flatMap((one) => [one, { ...one, webhookId: `${one.webhookId}0` }]),
      })),
    }),
  },
  "a test delivery that did not arrive": {
    check: "test deliveries",
    corrupt: ({ owners }) => ({ owners: { ...owners, tested: new Set() } }),
  },
  "a call that never succeeded": {
    check: "owner calls",
    corrupt: ({ owners }) => ({ owners: { ...owners, calls: new Map([...owners.calls, ["rotate", 0]]) } }),
  },
  "a message in a dead-letter queue": {
    check: "dead letters",
    corrupt: ({ deadLetters }) => ({ deadLetters: new Map([...deadLetters, ["ingest_dead_letters", ["{}"]]]) }),
  },
  "a 5xx that no injected fault explains": {
    check: "unexplained 5xx",
    corrupt: () => ({ serverErrors: { total: 1, unexplained: ["500"] } }),
  },
};

/** Rebuilds each log with other entries. */
function mapEntries(ledger: LedgerLogs, map: (entries: readonly LedgerEntry[]) => readonly LedgerEntry[]): LedgerLogs {
  return new Map(
    [...ledger].map(([log, chunks]) => {
      const entries = map(chunks.flatMap((chunk) => chunk.entries));
      return [log, [...chunksOf(entries)].map(({ chunk }) => chunk)];
    }),
  );
}

/** Returns chunks as if the entries of the first had got other numbers. */
function withGap([first, ...rest]: readonly Chunk[]): readonly Chunk[] {
  return first === undefined ? [] : [{ ...first, first: first.first + 1 }, ...rest];
}

describe(`soak test (SEED=${seed})`, () => {
  beforeAll(async () => {
    outcome = await soak({
      seed,
      seconds: 15,
      writers: 3,
      assembly: inject("assembly"),
      folder,
      // Deliveries of a killed sender are retried after a minute, which is too long for a test.
      spares: (functionName) => functionName.includes("Sender"),
      progress: () => {},
    });
    // A busy machine may need ten times as long, and the run lasts until each fault has occurred.
  }, 1_200_000);

  it("passes all checks under injected faults", () => {
    expect(outcome.checkResults.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(outcome.submissions.acceptedCount).toBeGreaterThan(50);
    expect(outcome.submissions.repeats).toBeGreaterThan(0);
    expect(outcome.pages).toBeGreaterThan(0);
    expect(outcome.submissions.damaged.size).toBeGreaterThan(0);
  });

  it.each(faultKinds)("injects the fault: %s", (kind) => {
    expect(outcome.faults.get(kind)).toBeGreaterThan(0);
  });

  it.each(Object.entries(corruptions))("fails the check for %s", (_, { check, corrupt }) => {
    const checkResults = runChecks(outcome.submissions, { ...outcome.found, ...corrupt(outcome.found) });
    expect(checkResults.filter(({ problems }) => problems.length > 0).map(({ name: failed }) => failed)).toEqual(
      [check].flat(),
    );
  });
});
