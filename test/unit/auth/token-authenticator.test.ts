import { describe, expect, it } from "vitest";
import { rateLimit, windowStart } from "#shared/auth/rate-limit.ts";
import { formatToken } from "#shared/auth/token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { ActivityError } from "#shared/errors.ts";
import { anActiveToken, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const limit = rateLimit.requests;
const later = (ms: number) => new Date(testNow.getTime() + ms);

/** A gate over one token, whose uses are counted as the store counts them. */
function counted(start = 0) {
  let used = start;
  const ports = tokenPorts(() => aToken());
  ports.count.mockImplementation(async () => ({ token: anActiveToken(), used: ++used }));
  return { ports, gate: new TokenAuthenticator(ports) };
}

describe("a token that an instance has seen to be good", () => {
  it("is looked at once, and makes one call for each request from then on", async () => {
    const { ports, gate } = counted();
    for (let n = 1; n <= 5; n++) expect((await gate.authenticate(aSecret(), testNow, limit)).used).toBe(n);
    expect([ports.get.mock.calls.length, ports.count.mock.calls.length]).toEqual([1, 5]);
  });

  it("is refused by the write that counts it once it is revoked, and is looked at again from then on", async () => {
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

describe("a token that is over its limit", () => {
  it("is refused without a call until its window ends, and asked again in the next", async () => {
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

  it("is so by what its requests cost, too", async () => {
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

  it("does not decide for another", async () => {
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

  it("is remembered among ten thousand at most; one that is forgotten is refused by its count", async () => {
    const secrets = Array.from({ length: 10_001 }, (_, n) => {
      const bytes = new Uint8Array(20);
      new DataView(bytes.buffer).setUint32(0, n);
      return formatToken(bytes);
    });
    const ports = tokenPorts(({ hash, holder }) => aToken({ hash, token_id: holder }), limit + 1);
    const gate = new TokenAuthenticator(ports);
    const ask = async (secret = "") => (await catchRejection(gate.authenticate(secret, testNow, limit))).code;
    for (const secret of secrets) expect(await ask(secret)).toBe("rate_limited");
    expect(ports.get).toHaveBeenCalledTimes(10_001);
    for (const secret of [secrets[10_000], secrets[10_000], secrets[0], secrets[0]]) await ask(secret);
    expect(ports.get).toHaveBeenCalledTimes(10_002);
  });

  it("elsewhere is refused here by the look at it, and by no write", async () => {
    const ports = tokenPorts(() => aToken(), limit + 1);
    const gate = new TokenAuthenticator(ports);
    for (let n = 0; n < 3; n++) {
      expect((await catchRejection(gate.authenticate(aSecret(), testNow, limit))).code).toBe("rate_limited");
    }
    expect([ports.get.mock.calls.length, ports.count.mock.calls.length]).toEqual([1, 0]);
  });
});

describe("a token whose leases are taken", () => {
  it("is told when the first ends, and is refused without a call for two seconds", async () => {
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

  it("is told to wait two seconds where that is not known", async () => {
    const { ports, gate } = counted();
    ports.acquireLease.mockResolvedValue({ slot: null, freeAt: null });
    expect((await catchRejection(gate.acquireLease(aSecret(), testNow))).context.retryAfter).toBe(2);
  });
});

describe("ten thousand requests of one token in a second, over eighty instances", () => {
  it("are 200 or 429, none of them 503, and most of them no write", async () => {
    let used = 0;
    let writes = 0;
    const ports = tokenPorts(() => aToken());
    ports.count.mockImplementation(async () => {
      writes += 1;
      // DynamoDB lets some of the writes of a hot item through and holds the others back.
      if (writes % 3 === 0) throw new ActivityError("rate_limited", "Too many at once.", { retryAfter: 1 });
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

  it("leave alone for a second the item that cannot take them", async () => {
    const ports = tokenPorts(() => aToken());
    ports.count.mockRejectedValueOnce(new ActivityError("rate_limited", "Too many at once.", { retryAfter: 1 }));
    const gate = new TokenAuthenticator(ports);
    for (const ms of [0, 1, 999]) {
      const { code, context } = await catchRejection(gate.authenticate(aSecret(), later(ms), limit));
      expect([code, context.retryAfter]).toEqual(["rate_limited", 1]);
    }
    expect(ports.count).toHaveBeenCalledTimes(1);
    expect((await gate.authenticate(aSecret(), later(1_000), limit)).used).toBe(1);
  });

  it("are 503 while the store is away, for as long as it is", async () => {
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
