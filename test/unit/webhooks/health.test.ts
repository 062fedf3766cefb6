import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acquire,
  failingForMs,
  type Health,
  hasFailedForLong,
  initialHealth,
  leaseMs,
  maxConcurrentSends,
  openAfterFailures,
  openUntil,
  release,
  type SendOutcome,
} from "../../../shared/webhooks/health.ts";

const now = 1_780_000_000_000;
const success: SendOutcome = { at: now, succeeded: true, overloaded: false, retryAfterMs: null };
const failure: SendOutcome = { ...success, succeeded: false };

const failing = (times: number, from: Health = initialHealth) => release(from, "", Array(times).fill(failure), now);

/** Slots that a lease of that name got. */
const slotsOf = (health: Health | null, id: string) => health?.leases.find((lease) => lease.id === id)?.slots ?? 0;

describe("slots", () => {
  it("are shared by those who ask, and never more than the limit in all", () => {
    let health: Health = initialHealth;
    let taken = 0;
    for (const id of ["a", "b", "c", "d"]) {
      const after = acquire(health, 8, id, now);
      taken += slotsOf(after, id);
      health = after ?? health;
    }
    expect(taken).toBe(maxConcurrentSends);
    expect(acquire(health, 1, "e", now)).toBeNull();
  });

  it("come back when they are released, and by themselves when their holder died", () => {
    const held = [acquire(initialHealth, 5, "a", now)].flatMap((h) => acquire(h ?? initialHealth, 5, "b", now) ?? []);
    const [full = initialHealth] = held;
    expect(acquire(full, 1, "c", now)).toBeNull();
    expect(slotsOf(acquire(release(full, "a", [success], now), 1, "c", now), "c")).toBe(1);
    expect(slotsOf(acquire(full, 1, "c", now + leaseMs), "c")).toBe(1);
  });

  it("are never over-leased, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("acquire" as const), wanted: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ kind: fc.constant("release" as const), ok: fc.boolean(), overloaded: fc.boolean() }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 2 * leaseMs }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [health, time, ids] = [initialHealth, now, 0];
        for (const step of steps) {
          if (step.kind === "wait") time += step.ms;
          else if (step.kind === "acquire") {
            ids += 1;
            health = acquire(health, step.wanted, String(ids), time) ?? health;
          } else {
            const [oldest] = health.leases;
            const outcome = {
              at: time,
              succeeded: step.ok,
              overloaded: !step.ok && step.overloaded,
              retryAfterMs: null,
            };
            health = release(health, oldest?.id ?? "", [outcome], time);
          }
          const live = health.leases.filter(({ until }) => until > time);
          expect(live.reduce((sum, { slots }) => sum + slots, 0)).toBeLessThanOrEqual(maxConcurrentSends);
          expect(health.limit).toBeGreaterThanOrEqual(1);
          expect(health.limit).toBeLessThanOrEqual(maxConcurrentSends);
        }
      }),
    );
  });
});

describe("the circuit", () => {
  it("opens with the fifth failure in a row, and lets nothing through", () => {
    expect(openUntil(failing(openAfterFailures - 1), now)).toBeNull();
    const open = failing(openAfterFailures);
    expect(openUntil(open, now)).toBe(now + 30_000);
    expect(acquire(open, 1, "a", now + 29_999)).toBeNull();
  });

  it("stays closed where a success lies between", () => {
    const health = release(failing(openAfterFailures - 1), "", [success, failure], now);
    expect(openUntil(health, now)).toBeNull();
  });

  it("then lets one send probe, and waits twice as long each time that it fails, up to five minutes", () => {
    let health = failing(openAfterFailures);
    const waits: number[] = [];
    for (let probe = 0; probe < 8; probe++) {
      const at = health.open_until ?? 0;
      const probing = acquire(health, 10, "probe", at);
      expect(slotsOf(probing, "probe")).toBe(1);
      expect(acquire(probing ?? health, 10, "other", at)).toBeNull();
      health = release(probing ?? health, "probe", [{ ...failure, at }], at);
      waits.push((health.open_until ?? 0) - at);
    }
    expect(waits).toEqual([60, 120, 240, 300, 300, 300, 300, 300].map((seconds) => seconds * 1_000));
  });

  it("closes with the first success", () => {
    const open = failing(openAfterFailures);
    const closed = release(open, "", [success], now + 30_000);
    expect(closed).toMatchObject({ failures: 0, openings: 0, open_until: null, failing_since: null });
    expect(slotsOf(acquire(closed, 5, "a", now + 30_000), "a")).toBe(5);
  });

  it("does not open further for what was under way when it opened", () => {
    expect(failing(2 * openAfterFailures).open_until).toBe(failing(openAfterFailures).open_until);
  });
});

describe("an overloaded endpoint", () => {
  const overloaded = { ...failure, overloaded: true };

  it("is left alone for a while, then gets half as many at once", () => {
    const health = release(initialHealth, "", [overloaded], now);
    expect(openUntil(health, now)).toBe(now + 10_000);
    expect(health.limit).toBe(maxConcurrentSends / 2);
  });

  it("is left alone as long as it asks", () => {
    const health = release(initialHealth, "", [{ ...overloaded, retryAfterMs: 90_000 }], now);
    expect(openUntil(health, now)).toBe(now + 90_000);
  });

  it("wins back its pace send by send", () => {
    const slow = release(initialHealth, "", [overloaded, overloaded, overloaded, overloaded], now);
    expect(slow.limit).toBe(1);
    expect(release(slow, "", Array(20).fill(success), now).limit).toBe(maxConcurrentSends);
  });
});

describe("failing for long", () => {
  it("counts from the first failure since the last success", () => {
    const since = failing(1);
    expect(hasFailedForLong(since, now + failingForMs - 1)).toBe(false);
    expect(hasFailedForLong(release(since, "", [failure], now + failingForMs), now + failingForMs)).toBe(true);
    expect(hasFailedForLong(release(since, "", [success], now), now + failingForMs)).toBe(false);
  });
});
