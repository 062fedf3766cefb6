import { ActivityError } from "#shared/errors.ts";

const prefix = "whsec_";

/** Random bytes of a secret: 256 bits, the size of the hash that they key. */
export const secretBytes = 32;

/** Writes a signing secret from 32 random bytes, in the serialisation of Standard Webhooks ("Symmetric secrets"). */
export function writeSecret(random: Uint8Array): string {
  if (random.length !== secretBytes) throw new RangeError(`A secret is made of ${secretBytes} random bytes.`);
  return `${prefix}${Buffer.from(random).toString("base64")}`;
}

/**
 * The key that signs under a secret: the bytes behind its base64. Standard Webhooks allows 24 to 64 of them. Throws
 * `ActivityError` `invalid_value` for a text that is no such secret.
 */
export function secretKey(secret: string): Buffer {
  const base64 = secret.startsWith(prefix) ? secret.slice(prefix.length) : "";
  const key = Buffer.from(base64, "base64");
  if (key.length < 24 || key.length > 64 || key.toString("base64") !== base64) {
    throw new ActivityError(
      "invalid_value",
      "This is no signing secret: give it whole, from whsec_ to its last character.",
    );
  }
  return key;
}
