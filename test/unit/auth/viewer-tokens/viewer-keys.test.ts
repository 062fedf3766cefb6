import { describe, expect, it, vi } from "vitest";
import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import {
  findSigningKey,
  generateViewerKeyPair,
  listVerifyingKeys,
  noViewerKeyTtlMs,
  toPrivateKey,
  type ViewerKey,
  viewerKeyDelayMs,
  viewerKeysTtlMs,
} from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { viewerTokenSeconds } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { parseViewerToken, signViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { createViewerTokenVerifier } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { testNow } from "#test/support/builders.ts";
import { aViewerKey, aViewerToken, signedViewerToken } from "#test/support/viewer-tokens.ts";

const nowPlus = (milliseconds: number) => new Date(testNow.getTime() + milliseconds);
const old = aViewerKey({ key_id: "aaaaaaaaaaaaaaaa" });
const next = aViewerKey({ key_id: "bbbbbbbbbbbbbbbb", created_at: testNow.toISOString() });

describe("findSigningKey", () => {
  it("returns null without keys, and a first key immediately", () => {
    expect(findSigningKey([], testNow)).toBeNull();
    expect(findSigningKey([next], testNow)).toBe(next);
  });

  it("returns a new key only when every instance has read it", () => {
    expect(viewerKeyDelayMs).toBeGreaterThan(viewerKeysTtlMs);
    expect(findSigningKey([old, next], nowPlus(viewerKeyDelayMs - 1))).toBe(old);
    expect(findSigningKey([old, next], nowPlus(viewerKeyDelayMs))).toBe(next);
  });
});

describe("listVerifyingKeys", () => {
  it("returns both keys of a rotation until the last token of the old one has expired", () => {
    const lastSigned = viewerKeyDelayMs + viewerKeysTtlMs;
    expect(listVerifyingKeys([old, next], testNow)).toEqual([old, next]);
    expect(listVerifyingKeys([old, next], nowPlus(lastSigned + viewerTokenSeconds.max * 1_000 - 1))).toEqual([
      old,
      next,
    ]);
    expect(listVerifyingKeys([old, next], nowPlus(lastSigned + viewerTokenSeconds.max * 1_000))).toEqual([next]);
  });
});

describe("generateViewerKeyPair", () => {
  it("returns a pair of which one half verifies what the other signs", () => {
    const { key_id, public_key, privateKey } = generateViewerKeyPair(new Uint8Array(16).fill(171));
    expect(key_id).toBe("abababababababab");
    const text = signViewerToken(aViewerToken(), key_id, toPrivateKey(privateKey));
    const keys = new ViewerKeyCache({ list: async () => [aViewerKey({ key_id, public_key })] }, () => testNow);
    return expect(createViewerTokenVerifier(keys)(text)).resolves.toEqual(aViewerToken());
  });
});

describe("ViewerKeyCache", () => {
  it("reads the keys once a minute, whatever tokens come", async () => {
    let now = testNow;
    const list = vi.fn(async () => [aViewerKey()]);
    const verify = createViewerTokenVerifier(new ViewerKeyCache({ list }, () => now));
    const forged = signedViewerToken().replace("0123456789abcdef", "fedcba9876543210");
    await expect(verify(signedViewerToken())).resolves.toEqual(aViewerToken());
    await expect(verify(forged)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(verify("aibooks_view_")).rejects.toMatchObject({ code: "unauthenticated" });
    expect(list).toHaveBeenCalledTimes(1);
    now = nowPlus(viewerKeysTtlMs);
    await verify(signedViewerToken());
    expect(list).toHaveBeenCalledTimes(2);
  });

  it("uses the first key after two seconds, and reads once until then, whatever tokens come", async () => {
    let now = testNow;
    const list = vi.fn(async (): Promise<ViewerKey[]> => []);
    const verify = createViewerTokenVerifier(new ViewerKeyCache({ list }, () => now));
    for (const token of [signedViewerToken(), "aibooks_view_x", signedViewerToken()]) {
      await expect(verify(token)).rejects.toMatchObject({ code: "unauthenticated" });
    }
    expect(list).toHaveBeenCalledTimes(1);
    list.mockResolvedValue([aViewerKey()]);
    now = nowPlus(noViewerKeyTtlMs);
    await expect(verify(signedViewerToken())).resolves.toEqual(aViewerToken());
  });

  it("rejects the tokens of a retired key", async () => {
    const later = nowPlus(2 * viewerTokenSeconds.max * 1_000);
    const keys = new ViewerKeyCache({ list: async () => [aViewerKey(), next] }, () => later);
    expect(parseViewerToken(signedViewerToken(), await keys.finder())).toBeNull();
  });
});
