import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { viewerTokenSeconds } from "./viewer-token.ts";

/** A key that signs viewer tokens, as stored: the private half is encrypted by KMS. */
export type ViewerKey = {
  readonly key_id: string;
  /** The Ed25519 public key in base64url (RFC 8037, section 2). */
  readonly public_key: string;
  /** The private key in PKCS #8, encrypted by KMS, in base64url. */
  readonly encrypted_private_key: string;
  readonly created_at: string;
};

export const viewerKeyIdPattern = /^[0-9a-f]{16}$/;

/** How long an instance uses the keys that it has read. */
export const viewerKeysTtlMs = 60_000;

/** How long an instance remembers that there is no key, so that the first one is used soon. */
export const noViewerKeyTtlMs = 2_000;

/** Age at which a key begins to sign: by then every instance has read it. */
export const viewerKeyDelayMs = 2 * viewerKeysTtlMs;

/** How long the tokens of a key can be valid after its successor was created. */
const retirementMs = viewerKeyDelayMs + viewerTokenSeconds.max * 1_000 + viewerKeysTtlMs;

/** Returns the key that signs; `null` if no key exists. The first key signs immediately. `keys` are from old to new. */
export function findSigningKey(keys: readonly ViewerKey[], now: Date): ViewerKey | null {
  const latest = new Date(now.getTime() - viewerKeyDelayMs).toISOString();
  return keys.findLast(({ created_at }) => created_at <= latest) ?? keys[0] ?? null;
}

/** Returns the keys whose tokens can still be valid. `keys` are from old to new. */
export function listVerifyingKeys(keys: readonly ViewerKey[], now: Date): readonly ViewerKey[] {
  const retired = new Date(now.getTime() - retirementMs).toISOString();
  return keys.filter((_, at) => {
    const successor = keys[at + 1];
    return successor === undefined || successor.created_at > retired;
  });
}

export type ViewerKeyPair = Pick<ViewerKey, "key_id" | "public_key"> & {
  /** The private key in PKCS #8. */
  readonly privateKey: Buffer;
};

/** Creates a key pair whose id is 8 random bytes. */
export function generateViewerKeyPair(random: Uint8Array): ViewerKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    key_id: Buffer.from(random.subarray(0, 8)).toString("hex"),
    public_key: publicKey.export({ format: "jwk" }).x ?? "",
    privateKey: privateKey.export({ format: "der", type: "pkcs8" }),
  };
}

/** Returns the public key of a stored key. */
export function toPublicKey({ public_key }: Pick<ViewerKey, "public_key">): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: public_key }, format: "jwk" });
}

/** Returns the private key of its bytes in PKCS #8. */
export function toPrivateKey(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
}
