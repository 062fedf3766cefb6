import { describe, expect, it, vi } from "vitest";
import type { Token } from "#shared/auth/caller.ts";
import { SuspendedOrgCache, withSuspensions } from "#shared/auth/orgs/suspended-orgs.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { ActivityError } from "#shared/errors.ts";
import { aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const later = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);

function aList() {
  const clock = { now: testNow };
  const stored = new Set<string>();
  const read = vi.fn(async (): Promise<ReadonlySet<string>> => new Set(stored));
  return { clock, stored, read, suspended: new SuspendedOrgCache({ list: read }, () => clock.now) };
}

describe("SuspendedOrgs", () => {
  it("reads the list once for all that ask within ten seconds", async () => {
    const { clock, read, suspended } = aList();
    await Promise.all(Array.from({ length: 10 }, () => suspended.current()));
    clock.now = later(9.9);
    await suspended.current();
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("reads again beside the work after ten seconds, and waits for the answer after twenty", async () => {
    const { clock, stored, read, suspended } = aList();
    await suspended.current();
    stored.add("org_a");
    clock.now = later(19.9);
    read.mockImplementationOnce(() => new Promise(() => {}));
    expect((await suspended.current()).has("org_a")).toBe(false);
    clock.now = later(22);
    expect((await suspended.current()).has("org_a")).toBe(true);
  });

  it("does not use a list of a clock that was turned back", async () => {
    const { clock, stored, suspended } = aList();
    await suspended.current();
    stored.add("org_a");
    clock.now = later(-60);
    expect((await suspended.current()).has("org_a")).toBe(true);
  });

  it("keeps what it knows while reads fail, for twenty seconds", async () => {
    const { clock, read, suspended } = aList();
    await suspended.current();
    read.mockRejectedValue(new ActivityError("unavailable", "The store is away."));
    clock.now = later(15);
    expect(await suspended.current()).toEqual(new Set());
    clock.now = later(20);
    expect((await catchRejection(suspended.current())).code).toBe("unavailable");
  });
});

describe("a token", () => {
  const secret = aSecret();
  const gateFor = (over: Partial<Token>) => {
    const { clock, stored, suspended } = aList();
    const uses = tokenPorts(() => aToken(over, secret));
    return { clock, stored, uses, gate: new TokenAuthenticator(withSuspensions(uses, suspended)) };
  };

  it("of a suspended organisation is told so, and counts nothing", async () => {
    const { stored, uses, gate } = gateFor({ org_ids: ["org_a"] });
    stored.add("org_a");
    expect((await catchRejection(gate.authenticate(secret, testNow, 600))).code).toBe("org_suspended");
    expect((await catchRejection(gate.getWithoutCounting(secret, testNow, 600))).code).toBe("org_suspended");
    expect(uses.count).not.toHaveBeenCalled();
  });

  it("of a suspended organisation is told so by the write that counts it, once the instance knows it", async () => {
    const { clock, stored, uses, gate } = gateFor({ org_ids: ["org_a"] });
    await gate.authenticate(secret, testNow, 600);
    stored.add("org_a");
    clock.now = later(20);
    expect((await catchRejection(gate.authenticate(secret, testNow, 600))).code).toBe("org_suspended");
    expect([uses.get.mock.calls.length, uses.count.mock.calls.length]).toEqual([1, 2]);
  });

  it("that is not good is refused like an unknown one, whatever is suspended", async () => {
    const unknown = await catchRejection(gateFor({}).gate.authenticate(aSecret(9), testNow, 600));
    const past = "2026-01-02T00:00:00.000Z";
    for (const over of [{ revoked_at: past }, { expires_at: past }, { hash: aToken({}, aSecret(9)).hash }]) {
      const { stored, gate } = gateFor({ org_ids: ["org_a"], ...over });
      stored.add("org_a");
      const refused = await catchRejection(gate.authenticate(secret, testNow, 600));
      expect([refused.code, refused.message]).toEqual(["unauthenticated", unknown.message]);
    }
  });

  it("of several organisations is good for the others alone", async () => {
    const { stored, gate } = gateFor({ org_ids: ["org_a", "org_b"] });
    stored.add("org_a");
    const { token } = await gate.authenticate(secret, testNow, 600);
    expect([token.org_ids, token.suspended_org_ids]).toEqual([["org_b"], ["org_a"]]);
  });

  it("of other organisations is what it is", async () => {
    const { stored, gate } = gateFor({ org_ids: ["org_b"] });
    stored.add("org_a");
    const { token } = await gate.authenticate(secret, testNow, 600);
    expect([token.org_ids, token.suspended_org_ids]).toEqual([["org_b"], []]);
  });
});
