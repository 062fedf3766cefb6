import { describe, expect, it, vi } from "vitest";
import { revokeViewerKey, rotateViewerKeys } from "#shared/auth/viewer-tokens/manage-viewer-keys.ts";
import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import {
  noViewerKeyTtlMs,
  type ViewerKey,
  viewerKeyDelayMs,
  viewerKeysTtlMs,
} from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { viewerTokenSeconds } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { createViewerTokenSigner } from "#shared/auth/viewer-tokens/viewer-token-signer.ts";
import { createViewerTokenVerifier } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";
import { aViewerToken } from "#test/support/viewer-tokens.ts";

function viewerTokens() {
  const stored: ViewerKey[] = [];
  const ports = memoryViewerKeys(stored);
  const decrypt = vi.fn(ports.decrypt);
  const clock = { now: testNow };
  const now = () => clock.now;
  const sign = createViewerTokenSigner({ keys: new ViewerKeyCache(ports, now), decrypt, now });
  const verify = createViewerTokenVerifier(new ViewerKeyCache(ports, now));
  let rotations = 0;
  const rotate = () => rotateViewerKeys(ports, new Uint8Array(20).fill(++rotations), clock.now);
  const revoke = (keyId: string) => revokeViewerKey(ports, keyId, clock.now);
  const pass = (milliseconds: number) => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };
  return { stored, decrypt, sign, verify, rotate, revoke, pass };
}

describe("createViewerTokenSigner", () => {
  it("is refused until an administrator has created a key", async () => {
    const { sign, verify, rotate, pass } = viewerTokens();
    expect((await catchRejection(sign(aViewerToken()))).code).toBe("conflict");
    const { signs_from, ...rotation } = await rotate();
    expect(rotation).toEqual({ key_id: "0101010101010101", still_valid: [] });
    expect(signs_from).toBe(testNow.toISOString());
    pass(noViewerKeyTtlMs);
    expect(await verify(await sign(aViewerToken()))).toEqual(aViewerToken());
  });

  it("decrypts a key once", async () => {
    const { sign, rotate, decrypt } = viewerTokens();
    await rotate();
    for (let at = 0; at < 3; at++) await sign(aViewerToken());
    expect(decrypt).toHaveBeenCalledTimes(1);
  });

  it("throws too_large for a token that no header could carry", async () => {
    const { sign, rotate } = viewerTokens();
    await rotate();
    const hide = Array.from({ length: 60 }, (_, at) => `metadata.${"x".repeat(60)}${at}`);
    expect((await catchRejection(sign(aViewerToken({ hide })))).code).toBe("too_large");
  });
});

describe("rotateViewerKeys", () => {
  it("keeps tokens of the former key valid, and signs by the new one after a delay", async () => {
    const { sign, verify, rotate, pass } = viewerTokens();
    await rotate();
    pass(viewerKeyDelayMs);
    const old = await sign(aViewerToken());
    const { key_id, still_valid } = await rotate();
    expect(still_valid).toEqual(["0101010101010101"]);
    expect(await sign(aViewerToken())).toContain("0101010101010101");
    pass(viewerKeyDelayMs);
    const signed = await sign(aViewerToken());
    expect(signed).toContain(key_id);
    for (const token of [old, signed]) expect(await verify(token)).toEqual(aViewerToken());
  });

  it("removes a key when the last of its tokens has expired", async () => {
    const { stored, sign, verify, rotate, pass } = viewerTokens();
    await rotate();
    const old = await sign(aViewerToken());
    await rotate();
    pass(2 * viewerTokenSeconds.max * 1_000);
    expect((await catchRejection(verify(old))).code).toBe("unauthenticated");
    await rotate();
    expect(stored.map(({ key_id }) => key_id)).toEqual(["0202020202020202", "0303030303030303"]);
  });
});

describe("revokeViewerKey", () => {
  it("ends all tokens of the key within a minute, and the other key signs", async () => {
    const { stored, sign, verify, rotate, revoke, pass } = viewerTokens();
    const { key_id: leaked } = await rotate();
    const forged = await sign(aViewerToken());
    await verify(forged);
    const { key_id: next } = await rotate();
    const rejected_from = new Date(testNow.getTime() + viewerKeysTtlMs).toISOString();
    expect(await revoke(leaked)).toEqual({ key_id: leaked, rejected_from, signing_key_id: next });
    expect(stored.map(({ key_id }) => key_id)).toEqual([next]);
    pass(viewerKeysTtlMs);
    expect((await catchRejection(verify(forged))).code).toBe("unauthenticated");
    expect(await sign(aViewerToken())).toContain(next);
  });

  it("disables viewer tokens when no key remains, until the next rotation", async () => {
    const { sign, verify, rotate, revoke, pass } = viewerTokens();
    const { key_id } = await rotate();
    const token = await sign(aViewerToken());
    expect(await revoke(key_id)).toMatchObject({ signing_key_id: null });
    pass(viewerKeysTtlMs);
    expect((await catchRejection(verify(token))).code).toBe("unauthenticated");
    expect((await catchRejection(sign(aViewerToken()))).code).toBe("conflict");
    await rotate();
    pass(noViewerKeyTtlMs);
    expect(await verify(await sign(aViewerToken()))).toEqual(aViewerToken());
  });

  it("throws not_found for a key that does not exist", async () => {
    const { rotate, revoke } = viewerTokens();
    await rotate();
    expect((await catchRejection(revoke("ffffffffffffffff"))).code).toBe("not_found");
  });
});
