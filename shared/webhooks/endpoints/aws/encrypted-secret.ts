import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Endpoint, SecretPurpose } from "#shared/webhooks/endpoints/endpoint.ts";

/** The endpoint and the purpose that a ciphertext is bound to, as additional authenticated data. */
export type SecretContext = Pick<Endpoint, "org_id" | "endpoint_id"> & { readonly purpose: SecretPurpose };

/** The parts of an encrypted secret: the encrypted data key, and AES-GCM's nonce, tag and text. */
export type EncryptedSecretParts = {
  readonly dataKey: string;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly text: Buffer;
};

const version = "v2";
const algorithm = "aes-256-gcm";
const tagBytes = 16;

/** NIST SP 800-38D, section 8.2.2: random nonces of 96 bits, for at most 2^32 messages under one key. */
const nonceBytes = 12;

/** Encrypts a secret. Returns `v2.<data key>.<nonce>.<tag>.<text>` in base64url. */
export function encryptSecret(secret: string, context: SecretContext, dataKey: string, key: Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(additionalData(context));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return [version, dataKey, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString("base64url"))].join(".");
}

/** Returns the parts of an encrypted secret; `null` for any other text. */
export function parseEncryptedSecret(ciphertext: string): EncryptedSecretParts | null {
  const [foundVersion, ...texts] = ciphertext.split(".");
  const [dataKey, nonce, tag, text] = texts.map(strictBytes);
  if (foundVersion !== version || texts.length !== 4 || !dataKey || !text) return null;
  if (nonce?.length !== nonceBytes || tag?.length !== tagBytes) return null;
  return { dataKey: dataKey.toString("base64url"), nonce, tag, text };
}

/** Decrypts a secret. Throws if it is damaged, or was encrypted in another context or under another key. */
export function decryptSecret(
  { nonce, tag, text }: EncryptedSecretParts,
  context: SecretContext,
  key: Uint8Array,
): string {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(additionalData(context)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}

/** Returns the bytes of a base64url text; `null` if it is empty or not in the canonical spelling. */
function strictBytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === text ? bytes : null;
}

/** Signing secrets were the first purpose, and are bound without its name. */
function additionalData({ org_id, endpoint_id, purpose }: SecretContext): Buffer {
  const parts = [version, org_id, endpoint_id, ...(purpose === "secret" ? [] : [purpose])];
  return Buffer.from(parts.join("\n"));
}
