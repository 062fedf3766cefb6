import { describe, expect, it, vi } from "vitest";
import type { Token } from "#shared/auth/caller.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
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

describe("SuspendedOrgCache", () => {
  it("reads the list once for all callers within ten seconds", async () => {
    const { clock, read, suspended } = aList();
    await Promise.all(Array.from({ length: 10 }, () => suspended.current()));
    clock.now = later(9.9);
    await suspended.current();
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("refreshes in the background after ten seconds, and waits for the read after twenty", async () => {
    const { clock, stored, read, suspended } = aList();
    await suspended.current();
    stored.add("org_a");
    clock.now = later(19.9);
    read.mockImplementationOnce(() => new Promise(() => {}));
    expect((await suspended.current()).has("org_a")).toBe(false);
    clock.now = later(22);
    expect((await suspended.current()).has("org_a")).toBe(true);
  });

  it("does not use a list when the clock went back", async () => {
    const { clock, stored, suspended } = aList();
    await suspended.current();
    stored.add("org_a");
    clock.now = later(-60);
    expect((await suspended.current()).has("org_a")).toBe(true);
  });

  it("uses the cached list for at most twenty seconds while reads fail", async () => {
    const { clock, read, suspended } = aList();
    await suspended.current();
    read.mockRejectedValue(new ActivityError("unavailable", "The store is away."));
    clock.now = later(15);
    expect(await suspended.current()).toEqual(new Set());
    clock.now = later(20);
    expect((await catchRejection(suspended.current())).code).toBe("unavailable");
  });
});

describe("withUsableOrgs", () => {
  const secret = aSecret();
  const gateFor = (over: Partial<Token>) => {
    const { clock, stored, suspended } = aList();
    const uses = tokenPorts(() => aToken(over, secret));
    return { clock, stored, uses, gate: new TokenAuthenticator(withUsableOrgs(uses, suspended)) };
  };

  it("throws org_suspended for a suspended organisation without counting", async () => {
    const { stored, uses, gate } = gateFor({ org_ids: ["org_a"] });
    stored.add("org_a");
    expect((await catchRejection(gate.authenticate(secret, testNow, 600))).code).toBe("org_suspended");
    expect((await catchRejection(gate.getWithoutCounting(secret, testNow, 600))).code).toBe("org_suspended");
    expect(uses.count).not.toHaveBeenCalled();
  });

  it("throws org_suspended from the counting write once the instance knows the token", async () => {
    const { clock, stored, uses, gate } = gateFor({ org_ids: ["org_a"] });
    await gate.authenticate(secret, testNow, 600);
    stored.add("org_a");
    clock.now = later(20);
    expect((await catchRejection(gate.authenticate(secret, testNow, 600))).code).toBe("org_suspended");
    expect([uses.get.mock.calls.length, uses.count.mock.calls.length]).toEqual([1, 2]);
  });

  it("throws the same error for any invalid token, suspended or not", async () => {
    const unknown = await catchRejection(gateFor({}).gate.authenticate(aSecret(9), testNow, 600));
    const past = "2026-01-02T00:00:00.000Z";
    for (const over of [{ revoked_at: past }, { expires_at: past }, { hash: aToken({}, aSecret(9)).hash }]) {
      const { stored, gate } = gateFor({ org_ids: ["org_a"], ...over });
      stored.add("org_a");
      const refused = await catchRejection(gate.authenticate(secret, testNow, 600));
      expect([refused.code, refused.message]).toEqual(["unauthenticated", unknown.message]);
    }
  });

  it("gives access to the other organisations of a token", async () => {
    const { stored, gate } = gateFor({ org_ids: ["org_a", "org_b"] });
    stored.add("org_a");
    const { token } = await gate.authenticate(secret, testNow, 600);
    expect([token.org_ids, token.suspended_org_ids]).toEqual([["org_b"], ["org_a"]]);
  });

  it("gives no access to organisations that revoked the token, suspended or not", async () => {
    const revoked_orgs = { org_a: "2026-05-01T00:00:00.000Z" };
    const { stored, gate } = gateFor({ org_ids: ["org_a", "org_b"], revoked_orgs });
    const remaining = async () => {
      const { token } = await gate.authenticate(secret, testNow, 600);
      return [token.org_ids, token.suspended_org_ids];
    };
    expect(await remaining()).toEqual([["org_b"], []]);
    stored.add("org_a");
    expect(await remaining()).toEqual([["org_b"], []]);
    const all = gateFor({ org_ids: ["org_a"], revoked_orgs });
    expect((await catchRejection(all.gate.authenticate(secret, testNow, 600))).code).toBe("unauthenticated");
  });

  it("does not change tokens of other organisations", async () => {
    const { stored, gate } = gateFor({ org_ids: ["org_b"] });
    stored.add("org_a");
    const { token } = await gate.authenticate(secret, testNow, 600);
    expect([token.org_ids, token.suspended_org_ids]).toEqual([["org_b"], []]);
  });
});
