import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Prefixes of secrets, by which scanners and people recognise them. */
export const secretPrefixes = {
  token: "aibooks_pat_",
  /** A SimplyBooks API key. */
  key: "simplybooks_key_",
  /** The secret of a Fakturoid API client. */
  client: "fakturoid_secret_",
  /** A token for browsers, see `viewer-tokens`. */
  viewer: "aibooks_view_",
} as const;

/** The kinds of secrets whose hashes are stored. */
export type StoredSecretKind = Exclude<keyof typeof secretPrefixes, "viewer">;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const checksumLength = 6;

/** Number of random bytes of a token: 160 bits. */
export const tokenBytes = 20;

/**
 * Formats a token from 20 random bytes: a prefix for secret scanners, the bytes in base 32, and a checksum over both,
 * so that a mistyped or invented token is rejected without a read.
 */
export function formatToken(random: Uint8Array, kind: StoredSecretKind = "token"): string {
  if (random.length !== tokenBytes) throw new RangeError(`A token needs ${tokenBytes} random bytes.`);
  const body = `${secretPrefixes[kind]}${base32(random)}`;
  return `${body}${checksum(body)}`;
}

/** Number of random bytes that distinguish the access tokens of one client. */
export const saltBytes = 16;

const accessTokenPattern = /^[0-9a-f]{80}$/;

/**
 * Derives an access token from a client's secret and a salt: 80 hexadecimal digits, as in the Fakturoid dialect, made
 * of the client's id, 160 bits that only the secret can produce, and a checksum. It identifies the stored item, and can
 * be derived again from the secret, so it is never stored.
 */
export function deriveAccessToken(clientSecret: string, salt: string): string {
  const clientId = hashToken(clientSecret).slice(0, 32);
  const proof = createHmac("sha256", clientSecret).update(`access token ${salt}`).digest("hex").slice(0, 40);
  const body = `${clientId}${proof}`;
  return `${body}${hexChecksum(body)}`;
}

/** The item of a token, and the hash that it must have. */
export type TokenRef =
  | {
      /** The token id of the item: that of the token, or of the client of an access token. */
      readonly holder: string;
      readonly hash: string;
      readonly isAccessToken: boolean;
    }
  /** The issuer of a viewer token, whose signature replaces the hash. */
  | { readonly holder: string; readonly hash: null; readonly isAccessToken: false };

/** Returns where a well-formed token is stored. */
export function toTokenRef(token: string): TokenRef & { readonly hash: string } {
  const hash = hashToken(token);
  const isAccessToken = accessTokenPattern.test(token);
  return { holder: isAccessToken ? `tok_${token.slice(0, 32)}` : toTokenId(hash), hash, isAccessToken };
}

/** Whether a text has the form and checksum of a token, issued or not. */
export function isWellFormedToken(token: string): boolean {
  if (token.length < 2 * checksumLength || token.length > 256) return false;
  if (accessTokenPattern.test(token)) return isEqual(token.slice(-8), hexChecksum(token.slice(0, -8)));
  return isEqual(token.slice(-checksumLength), checksum(token.slice(0, -checksumLength)));
}

/** Returns the hash under which a token is stored. The token itself is returned once and never stored. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Returns the public id of a token: the first half of its hash, so that one key finds, lists and revokes it. */
export function toTokenId(hash: string): string {
  return `tok_${hash.slice(0, 32)}`;
}

/** Returns the public id of a secret, issued or not; `undefined` if it is not a well-formed token. */
export function parseTokenId(secret: string): string | undefined {
  return isWellFormedToken(secret) ? toTokenId(hashToken(secret)) : undefined;
}

/** Compares two secrets, or hashes of secrets, in constant time. */
export function isEqual(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}

function checksum(text: string): string {
  return base32(createHash("sha256").update(text).digest().subarray(0, 4)).slice(0, checksumLength);
}

function hexChecksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Encodes bytes in Crockford's base 32: five bits per character. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >>> (bits - 5)) & 31);
    value &= (1 << bits) - 1;
  }
  return text;
}
