import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What secrets begin with, so that scanners and people see what they are. */
export const secretPrefixes = {
  token: "aibooks_pat_",
  /** A SimplyBooks API key. */
  key: "simplybooks_key_",
  /** The secret of a Fakturoid API client. */
  client: "fakturoid_secret_",
} as const;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const checksumLength = 6;

/** Random bytes of a token: 160 bits. */
export const tokenBytes = 20;

/**
 * Writes a token from 20 random bytes: the prefix that secret scanners look for, the bytes in base 32, and a checksum
 * over all of it, so that a mistyped or invented token is refused without a read.
 */
export function formatToken(random: Uint8Array, kind: keyof typeof secretPrefixes = "token"): string {
  if (random.length !== tokenBytes) throw new RangeError(`A token is made of ${tokenBytes} random bytes.`);
  const body = `${secretPrefixes[kind]}${base32(random)}`;
  return `${body}${checksum(body)}`;
}

/** Random bytes that tell the access tokens of one client apart. */
export const saltBytes = 16;

const accessTokenPattern = /^[0-9a-f]{80}$/;

/**
 * Writes the access token that a client has by a salt: 80 hexadecimal digits, as the Fakturoid dialect has them. They
 * are the client's id, 160 bits that only its secret can produce, and a checksum. So the token names the item that is
 * to be asked, and can be written again whenever the client presents its secret, without being stored.
 */
export function deriveAccessToken(clientSecret: string, salt: string): string {
  const clientId = hashToken(clientSecret).slice(0, 32);
  const proof = createHmac("sha256", clientSecret).update(`access token ${salt}`).digest("hex").slice(0, 40);
  const body = `${clientId}${proof}`;
  return `${body}${hexChecksum(body)}`;
}

/** Where a token is looked up, and what must be found there. */
export type TokenRef = {
  /** The token id of the item: the token's own, or that of the client that an access token belongs to. */
  readonly holder: string;
  readonly hash: string;
  readonly isAccessToken: boolean;
};

/** Where a well-formed token is looked up. */
export function toTokenRef(token: string): TokenRef {
  const hash = hashToken(token);
  const isAccessToken = accessTokenPattern.test(token);
  return { holder: isAccessToken ? `tok_${token.slice(0, 32)}` : toTokenId(hash), hash, isAccessToken };
}

/** Whether a text can be a token of ours at all. Says nothing about whether it was ever issued. */
export function isWellFormedToken(token: string): boolean {
  if (token.length < 2 * checksumLength || token.length > 256) return false;
  if (accessTokenPattern.test(token)) return isEqual(token.slice(-8), hexChecksum(token.slice(0, -8)));
  return isEqual(token.slice(-checksumLength), checksum(token.slice(0, -checksumLength)));
}

/** What is stored of a token. The token itself is shown once and kept nowhere. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The public name of a token: the first half of its hash, so that a token is found, listed and revoked by one key. */
export function toTokenId(hash: string): string {
  return `tok_${hash.slice(0, 32)}`;
}

/** The public name of what a caller brings, whether or not it was ever issued; `undefined` where it can be no token. */
export function parseTokenId(secret: string): string | undefined {
  return isWellFormedToken(secret) ? toTokenId(hashToken(secret)) : undefined;
}

/** Compares two secrets, or hashes of secrets, in a time that does not depend on where they differ. */
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

/** Five bits a character, in the alphabet of Crockford's base 32. */
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
