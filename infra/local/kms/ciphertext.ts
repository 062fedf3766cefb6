import { createCipheriv, createDecipheriv } from "node:crypto";
import type { EncryptionContext } from "./encryption-context.ts";
import type { KmsKey } from "./keys.ts";

const algorithm = "aes-256-gcm";
const authTagLength = 16;
export const ivLength = 12;

/** Encrypts under a key. Like KMS's own, the blob names its key: the ARN, a zero byte, IV, tag and ciphertext. */
export function encryptBlob(
  { arn, secret }: KmsKey,
  plaintext: Buffer,
  context: EncryptionContext,
  iv: Buffer,
): Buffer {
  const cipher = createCipheriv(algorithm, secret, iv, { authTagLength }).setAAD(canonical(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(`${arn}\0`), iv, cipher.getAuthTag(), ciphertext]);
}

/** ARN of the key that a blob was encrypted under; of a damaged one, that of no key. */
export function keyArnOf(blob: Buffer): string {
  return blob.subarray(0, blob.indexOf(0)).toString();
}

/** Decrypts a blob of this key; undefined where the blob is damaged or the context another. */
export function decryptBlob({ arn, secret }: KmsKey, blob: Buffer, context: EncryptionContext): Buffer | undefined {
  const encrypted = blob.subarray(arn.length + 1);
  const [iv, tag, ciphertext] = [
    encrypted.subarray(0, ivLength),
    encrypted.subarray(ivLength, ivLength + authTagLength),
    encrypted.subarray(ivLength + authTagLength),
  ];
  try {
    const decipher = createDecipheriv(algorithm, secret, iv, { authTagLength }).setAAD(canonical(context));
    return Buffer.concat([decipher.setAuthTag(tag).update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The order of the pairs does not count, as with KMS. */
function canonical(context: EncryptionContext): Buffer {
  const pairs = context.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
