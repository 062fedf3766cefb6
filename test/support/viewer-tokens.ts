import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import { toPrivateKey, type ViewerKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { noViewerLimits, type ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { signViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { createViewerTokenVerifier } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { testNow } from "./builders.ts";

/** The PKCS #8 encoding of an Ed25519 private key, before its 32 bytes (RFC 8410, section 7). */
const pkcs8Head = "302e020100300506032b657004220420";

/** The key of test 1 in RFC 8032, section 7.1. */
const privateBytes = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const publicBytes = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

export const viewerPrivateKey = Buffer.from(`${pkcs8Head}${privateBytes}`, "hex");

export function aViewerKey(over: Partial<ViewerKey> = {}): ViewerKey {
  return {
    key_id: "0123456789abcdef",
    public_key: Buffer.from(publicBytes, "hex").toString("base64url"),
    encrypted_private_key: "encrypted",
    created_at: "2026-01-01T00:00:00.000Z",
    ...over,
  };
}

/** Verifies tokens that the key of `aViewerKey` signed. */
export const verifyViewerToken = createViewerTokenVerifier(
  new ViewerKeyCache({ list: async () => [aViewerKey()] }, () => testNow),
);

export function aViewerToken(over: Partial<ViewerToken> = {}): ViewerToken {
  return {
    viewer_token_id: "vwt_000102030405060708090a0b0c0d0e0f",
    issuer_token_id: "tok_0123456789abcdef0123456789abcdef",
    org_id: "org_8f9a1c2d",
    scopes: ["AIBooks.activity.READ"],
    ...noViewerLimits,
    hide: ["metadata.ip", "metadata.user_agent"],
    origins: ["https://app.example.com"],
    issued_at: testNow.toISOString(),
    expires_at: new Date(testNow.getTime() + 900_000).toISOString(),
    ...over,
  };
}

/** Returns the text of a viewer token that the key of `aViewerKey` signed. */
export function signedViewerToken(over: Partial<ViewerToken> = {}): string {
  return signViewerToken(aViewerToken(over), aViewerKey().key_id, toPrivateKey(viewerPrivateKey));
}
