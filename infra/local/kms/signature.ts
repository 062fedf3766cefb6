import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { KmsKey } from "./keys.ts";

/** The PKCS #8 structure of an Ed25519 private key, up to the 32 bytes of the key (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Returns the Ed25519 signature of a message, 64 bytes. */
export function signMessage(key: KmsKey, message: Buffer): Buffer {
  return sign(null, message, privateKeyOf(key));
}

/** Returns the public key as a DER-encoded SubjectPublicKeyInfo (RFC 8410). */
export function publicKeyOf(key: KmsKey): Buffer {
  return createPublicKey(privateKeyOf(key)).export({ format: "der", type: "spki" });
}

function privateKeyOf({ secret }: KmsKey): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: "der", type: "pkcs8" });
}
