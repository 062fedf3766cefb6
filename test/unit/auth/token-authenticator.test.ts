import { describe, expect, it } from "vitest";
import { rateLimit, windowStart } from "#shared/auth/rate-limit.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { formatToken } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { anActiveToken, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const limit = rateLimit.requests;
const later = (ms: number) => new Date(testNow.getTime() + ms);

/** Creates an authenticator for one token, whose requests are counted like in the store. */
function counted(start = 0) {
  let used = start;
  const ports = tokenPorts(() => aToken());
  ports.count.mockImplementation(async () => ({ token: anActiveToken(), used: ++used }));
  return { ports, gate: new TokenAuthenticator(ports) };
}

describe("TokenAuthenticator for a known token", () => {
  it("reads it once, then makes one call per request", async () => {
    const { ports, gate } = counted();
    for (let n = 1; n <= 5; n++) expect((await gate.authenticate(aSecret(), testNow, limit)).used).toBe(n);
    expect([ports.get.mock.calls.length, ports.count.mock.calls.length]).toEqual([1, 5]);
  });

  it("rejects it in the counting write once it is revoked, and reads it again after that", async () => {
    const { ports, gate } = counted();
    await gate.authenticate(aSecret(), testNow, limit);
    const revoked = anActiveToken({ revoked_at: testNow.toISOString() });
    ports.count.mockResolvedValue({ token: revoked, used: 2 });
    ports.get.mockResolvedValue({ token: revoked, used: 2 });
    for (let n = 0; n < 3; n++) {
      expect((await catchRejection(gate.authenticate(aSecret(), testNow, limit))).code).toBe("unauthenticated");
    }
    expect([ports.get.mock.calls.length, ports.count.mock.calls.length]).toEqual([3, 2]);
  });
});

describe("TokenAuthenticator for a token over its limit", () => {
  it("makes no call until its window ends, and calls again in the next", async () => {
    const { ports, gate } = counted(limit - 1);
    expect((await gate.authenticate(aSecret(), testNow, limit)).used).toBe(limit);
    for (const [ms, wait] of [
      [0, 30],
      [10_000, 20],
      [29_999, 1],
    ] as const) {
      const { code, context } = await catchRejection(gate.authenticate(aSecret(), later(ms), limit));
      expect([code, context.retryAfter]).toEqual(["rate_limited", wait]);
    }
    expect(ports.count).toHaveBeenCalledTimes(1);
    ports.count.mockResolvedValue({ token: anActiveToken(), used: 1 });
    expect((await gate.authenticate(aSecret(), later(30_000), limit)).used).toBe(1);
    expect(ports.get).toHaveBeenCalledTimes(1);
  });

  it("makes no call when charges used up the limit", async () => {
    const { ports, gate } = counted();
    await gate.authenticate(aSecret(), testNow, limit);
    ports.charge.mockResolvedValue(limit + 40);
    const lease = { slot: 1, until: testNow.getTime() + 30_000 };
    expect(await gate.charge(aSecret(), { requests: 640, lease }, testNow, limit)).toBe(limit + 40);
    expect(ports.charge.mock.calls).toEqual([
      [aToken().token_id, { start: windowStart(testNow), limit }, { requests: 640, lease }],
    ]);
    expect((await catchRejection(gate.authenticate(aSecret(), testNow, limit))).code).toBe("rate_limited");
    expect(ports.count).toHaveBeenCalledTimes(1);
  });

  it("does not reject other tokens", async () => {
    const other = anActiveToken({}, aSecret(8));
    const ports = tokenPorts(({ hash }) => (hash === other.hash ? other : aToken()));
    ports.count.mockImplementation(async ({ hash }) =>
      hash === other.hash ? { token: other, used: 1 } : { token: anActiveToken(), used: limit + 1 },
    );
    const gate = new TokenAuthenticator(ports);
    for (let n = 0; n < 3; n++) {
      expect((await catchRejection(gate.authenticate(aSecret(), testNow, limit))).code).toBe("rate_limited");
      expect((await gate.authenticate(aSecret(8), testNow, limit)).token).toEqual(other);
    }
  });

  it("remembers at most ten thousand, and rejects others by their count", async () => {
    const secrets = Array.from({ length: 10_001 }, (_, n) => {
      const bytes = new Uint8Array(20);
      new DataView(bytes.buffer).setUint32(0, n);
      return formatToken(bytes);
    });
    const ports = tokenPorts(({ hash, holder }) => aToken({ hash: hash ?? "", token_id: holder }), limit + 1);
    const gate = new TokenAuthenticator(ports);
    const ask = async (secret = "") => (await catchRejection(gate.authenticate(secret, testNow, limit))).code;
    for (const secret of secrets) expect(await ask(secret)).toBe("rate_limited");
    expect(ports.get).toHaveBeenCalledTimes(10_001);
    for (const secret of [secrets[10_000], secrets[10_000], secrets[0], secrets[0]]) await ask(secret);
    expect(ports.get).toHaveBeenCalledTimes(10_002);
  });

  it("rejects it by a read without a write when another instance used up the limit", async () => {
    const ports = tokenPorts(() => aToken(), limit + 1);
    const gate = new TokenAuthenticator(ports);
    for (let n = 0; n < 3; n++) {
      expect((await catchRejection(gate.authenticate(aSecret(), testNow, limit))).code).toBe("rate_limited");
    }
    expect([ports.get.mock.calls.length, ports.count.mock.calls.length]).toEqual([1, 0]);
  });
});

describe("TokenAuthenticator for a token without a free lease", () => {
  it("returns when the first lease ends, and makes no call for two seconds", async () => {
    const { ports, gate } = counted();
    ports.acquireLease.mockResolvedValue({ slot: null, freeAt: testNow.getTime() + 7_001 });
    expect(gate.hasNoLeaseLeft(aSecret(), testNow)).toBe(false);
    for (const [ms, wait] of [
      [0, 8],
      [1_999, 6],
    ] as const) {
      const { code, context } = await catchRejection(gate.acquireLease(aSecret(), later(ms)));
      expect([code, context.retryAfter]).toEqual(["rate_limited", wait]);
      expect(gate.hasNoLeaseLeft(aSecret(), later(ms))).toBe(true);
    }
    expect(ports.acquireLease).toHaveBeenCalledTimes(1);
    expect(gate.hasNoLeaseLeft(aSecret(8), testNow)).toBe(false);
    expect(gate.hasNoLeaseLeft(aSecret(), later(2_000))).toBe(false);
    ports.acquireLease.mockResolvedValue({ slot: 3, until: later(32_000).getTime() });
    expect((await gate.acquireLease(aSecret(), later(2_000))).slot).toBe(3);
  });

  it("returns two seconds when that is not known", async () => {
    const { ports, gate } = counted();
    ports.acquireLease.mockResolvedValue({ slot: null, freeAt: null });
    expect((await catchRejection(gate.acquireLease(aSecret(), testNow))).context.retryAfter).toBe(2);
  });
});

describe("TokenAuthenticator for ten thousand requests of one token in a second, over eighty instances,", () => {
  it("returns 200 or 429, never 503, and mostly does not write", async () => {
    let used = 0;
    let writes = 0;
    const ports = tokenPorts(() => aToken());
    ports.count.mockImplementation(async () => {
      writes += 1;
      // DynamoDB accepts some of the writes of a hot item and throttles the others.
      if (writes % 3 === 0) throw new ActivityError("rate_limited", "Too many writes.", { retryAfter: 1 });
      return { token: anActiveToken(), used: ++used };
    });
    const instances = Array.from({ length: 80 }, () => new TokenAuthenticator(ports));
    const outcomes = new Map<string, number>();
    for (let n = 0; n < 125; n++) {
      const answers = instances.map((gate) =>
        gate.authenticate(aSecret(), later(8 * n), limit).then(() => "ok", codeOf),
      );
      for (const outcome of await Promise.all(answers)) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes.keys()].sort()).toEqual(["ok", "rate_limited"]);
    expect(outcomes.get("ok")).toBeLessThanOrEqual(limit);
    expect(writes).toBeLessThan(1_200);
  });

  it("pauses for a second when the item is throttled", async () => {
    const ports = tokenPorts(() => aToken());
    ports.count.mockRejectedValueOnce(new ActivityError("rate_limited", "Too many writes.", { retryAfter: 1 }));
    const gate = new TokenAuthenticator(ports);
    for (const ms of [0, 1, 999]) {
      const { code, context } = await catchRejection(gate.authenticate(aSecret(), later(ms), limit));
      expect([code, context.retryAfter]).toEqual(["rate_limited", 1]);
    }
    expect(ports.count).toHaveBeenCalledTimes(1);
    expect((await gate.authenticate(aSecret(), later(1_000), limit)).used).toBe(1);
  });

  it("returns 503 exactly while the store is unavailable", async () => {
    const ports = tokenPorts(() => aToken());
    const away = new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 });
    ports.count.mockRejectedValueOnce(away);
    const gate = new TokenAuthenticator(ports);
    expect(await catchRejection(gate.authenticate(aSecret(), testNow, limit))).toBe(away);
    expect((await gate.authenticate(aSecret(), testNow, limit)).used).toBe(1);
    expect(ports.get).toHaveBeenCalledTimes(1);
  });
});

function codeOf(error: unknown): string {
  return error instanceof ActivityError ? error.code : "defect";
}
