import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Endpoint, SealedContent } from "#shared/webhooks/endpoints/endpoint.ts";

/** Whose text it is, and what it is: both are bound to the ciphertext. */
export type SecretOwner = Pick<Endpoint, "org_id" | "endpoint_id"> & { readonly content: SealedContent };

/** A sealed secret, part by part: the encrypted data key that it is encrypted under, and AES-GCM's nonce, tag and text. */
export type SealedParts = {
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

/** Encrypts a secret for its owner, as `v2.<data key>.<nonce>.<tag>.<text>` in base64url. */
export function encryptSecret(secret: string, owner: SecretOwner, dataKey: string, key: Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(boundTo(owner));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return [version, dataKey, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString("base64url"))].join(".");
}

/** The parts of a sealed secret; `null` for any other text. */
export function parseSealed(sealed: string): SealedParts | null {
  const [found, ...texts] = sealed.split(".");
  const [dataKey, nonce, tag, text] = texts.map(strictBytes);
  if (found !== version || texts.length !== 4 || !dataKey || !text) return null;
  if (nonce?.length !== nonceBytes || tag?.length !== tagBytes) return null;
  return { dataKey: dataKey.toString("base64url"), nonce, tag, text };
}

/** The secret of a sealed one. Throws if it is damaged, or was sealed for another owner or under another key. */
export function decryptSecret({ nonce, tag, text }: SealedParts, owner: SecretOwner, key: Uint8Array): string {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo(owner)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}

/** The bytes of a base64url text; `null` unless it is not empty and spelt exactly as they are written. */
function strictBytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === text ? bytes : null;
}

/** Signing secrets were the first content, and are bound without its name. */
function boundTo({ org_id, endpoint_id, content }: SecretOwner): Buffer {
  const parts = [version, org_id, endpoint_id, ...(content === "secret" ? [] : [content])];
  return Buffer.from(parts.join("\n"));
}
