import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { NoteSigner } from "#shared/ledger/formats/note-signing.ts";
import { createVerificationKey } from "#shared/ledger/formats/verification-key.ts";

/** The beginning of an Ed25519 private key in PKCS #8 (RFC 8410); its 32 bytes follow. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Creates a signer with a private key of 32 bytes. */
export function createNoteSigner(name: string, privateKey: Uint8Array): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, privateKey]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { key: createVerificationKey(name, publicKey), sign: async (message) => sign(null, message, key) };
}
