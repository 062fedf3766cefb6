import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { check } from "#test/soak/checker.ts";
import { faultKinds } from "#test/soak/fault-log.ts";
import type { Found, Item } from "#test/soak/found.ts";
import { type SoakOutcome, soak } from "#test/soak/soak.ts";
import { givenSeed } from "#test/support/environment.ts";

const seed = givenSeed() ?? Math.floor(Math.random() * 2 ** 32);
const folder = mkdtempSync(join(tmpdir(), "activity-log-soak-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let outcome: SoakOutcome;

type Spoiling = { readonly check: string; spoil(found: Found): Partial<Found> };

const isEvent = ({ entity_type, entity_id }: Item) =>
  entity_type !== "WEBHOOK_ENDPOINT" && !String(entity_id).startsWith("damaged_");

/** What each check is there to find. */
const spoilings: Record<string, Spoiling> = {
  "an event that is not stored": {
    check: "stored",
    spoil: ({ stored }) => ({ stored: stored.toSpliced(stored.findIndex(isEvent), 1) }),
  },
  "an event that is stored twice": {
    check: "stored",
    spoil: ({ stored }) => ({ stored: [...stored, ...stored.filter(isEvent).slice(0, 1)] }),
  },
  "an event that is stored as another": {
    check: "stored",
    spoil: ({ stored }) => ({ stored: stored.map((item) => ({ ...item, metadata: "{}" })) }),
  },
  "an event that nobody wrote": {
    check: "stored",
    spoil: ({ stored }) => ({ stored: [...stored, { ...stored.find(isEvent), event_id: "evt_foreign" }] }),
  },
  "an event without a line in the audit log": {
    check: "logged",
    spoil: ({ logged, stored }) => {
      const event_id = stored.find(isEvent)?.event_id;
      return { logged: logged.filter((line) => line.event_id !== event_id) };
    },
  },
  "a line that tells of tampering": {
    check: "logged",
    spoil: ({ logged }) => ({ logged: [...logged, { ...logged.find(isEvent), message: "tamper" }] }),
  },
  "a damaged item without a line": {
    check: "tampering",
    spoil: ({ logged }) => ({ logged: logged.filter(({ message }) => message !== "tamper") }),
  },
  "a damaged item that was not set aside": {
    check: "set aside",
    spoil: ({ left }) => ({ left: new Map([...left, ["unread", []]]) }),
  },
  "an event that is not shown": {
    check: "readable",
    spoil: ({ shown }) => ({ shown: new Map([...shown].map(([org, ids]) => [org, ids.slice(1)])) }),
  },
  "events that are shown in another order": {
    check: "readable",
    spoil: ({ shown }) => ({ shown: new Map([...shown].map(([org, ids]) => [org, ids.toReversed()])) }),
  },
  "a bad message that is gone": {
    check: "rejected",
    spoil: ({ rejected }) => ({ rejected: rejected.filter(({ body }) => body !== rejected[0]?.body) }),
  },
  "a bad message without a reason": {
    check: "rejected",
    spoil: ({ rejected }) => ({ rejected: rejected.map((message) => ({ ...message, reason: undefined })) }),
  },
  "an event that was not delivered": {
    check: "delivered",
    spoil: ({ told }) => ({ told: told.map((org) => ({ ...org, told: org.told.slice(0, -1) })) }),
  },
  "an event that was delivered under two ids": {
    check: "told alike",
    spoil: ({ told }) => ({
      told: told.map((org) => ({
        ...org,
        told: org.told.flatMap((one) => [one, { ...one, webhookId: `${one.webhookId}0` }]),
      })),
    }),
  },
  "a test delivery that did not arrive": {
    check: "tests",
    spoil: ({ owners }) => ({ owners: { ...owners, tested: new Set() } }),
  },
  "a call that never succeeded": {
    check: "calls of owners",
    spoil: ({ owners }) => ({ owners: { ...owners, calls: new Map([...owners.calls, ["rotate", 0]]) } }),
  },
  "a message that nobody could deal with": {
    check: "dead letters",
    spoil: ({ left }) => ({ left: new Map([...left, ["ingest_dead_letters", ["{}"]]]) }),
  },
  "an answer 5xx that no fault explains": {
    check: "5xx without a fault",
    spoil: () => ({ serverErrors: { total: 1, unexplained: ["500"] } }),
  },
};

describe(`a soak (SEED=${seed})`, () => {
  beforeAll(async () => {
    outcome = await soak({
      seed,
      seconds: 15,
      writers: 3,
      assembly: inject("assembly"),
      folder,
      // One that is killed holds its deliveries for a minute, which is longer than a test should wait.
      spares: (functionName) => functionName.includes("Sender"),
      progress: () => {},
    });
  });

  it("keeps every promise while things go wrong", () => {
    expect(outcome.verdicts.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(outcome.ledger.acceptedCount).toBeGreaterThan(50);
    expect(outcome.ledger.repeats).toBeGreaterThan(0);
    expect(outcome.pages).toBeGreaterThan(0);
    expect(outcome.ledger.damaged.size).toBeGreaterThan(0);
  });

  it.each(faultKinds)("meets the fault: %s", (kind) => {
    expect(outcome.faults.get(kind)).toBeGreaterThan(0);
  });

  it.each(Object.entries(spoilings))("is failed by %s", (_, { check: name, spoil }) => {
    const verdicts = check(outcome.ledger, { ...outcome.found, ...spoil(outcome.found) });
    expect(verdicts.filter(({ problems }) => problems.length > 0).map(({ what }) => what)).toEqual([name]);
  });
});
