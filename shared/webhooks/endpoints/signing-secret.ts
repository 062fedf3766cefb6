import { ActivityError } from "#shared/errors.ts";

const prefix = "whsec_";

/** 256 bits: the size of the hash. */
export const signingSecretBytes = 32;

/** Formats 32 random bytes as a signing secret of Standard Webhooks ("Symmetric secrets"). */
export function formatSigningSecret(random: Uint8Array): string {
  if (random.length !== signingSecretBytes)
    throw new RangeError(`A signing secret requires ${signingSecretBytes} random bytes.`);
  return `${prefix}${Buffer.from(random).toString("base64")}`;
}

/**
 * Parses a signing secret. Returns its key: the bytes of its base64, of which Standard Webhooks allows 24 to 64. Throws
 * `ActivityError` `invalid_value` for any other text.
 */
export function parseSigningSecret(secret: string): Buffer {
  const base64 = secret.startsWith(prefix) ? secret.slice(prefix.length) : "";
  const key = Buffer.from(base64, "base64");
  if (key.length < 24 || key.length > 64 || key.toString("base64") !== base64) {
    throw new ActivityError(
      "invalid_value",
      "Invalid signing secret. Pass the full secret, including the whsec_ prefix.",
    );
  }
  return key;
}
