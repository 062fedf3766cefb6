import { ActivityError } from "#shared/errors.ts";
import {
  findSigningKey,
  generateViewerKeyPair,
  listVerifyingKeys,
  type ViewerKey,
  viewerKeyDelayMs,
  viewerKeysTtlMs,
} from "./viewer-keys.ts";

export type ViewerKeyManagementPorts = {
  /** Returns all stored keys, from old to new. */
  list(): Promise<readonly ViewerKey[]>;
  add(key: ViewerKey): Promise<void>;
  remove(key: ViewerKey): Promise<void>;
  /** Encrypts a private key by KMS. Returns it in base64url. */
  encrypt(privateKey: Buffer, keyId: string): Promise<string>;
};

/** The result of a rotation, for administrators. */
export type ViewerKeyRotation = {
  readonly key_id: string;
  /** When the key begins to sign viewer tokens. */
  readonly signs_from: string;
  /** The earlier keys whose tokens remain valid until they expire. */
  readonly still_valid: readonly string[];
};

/**
 * Creates a key that signs viewer tokens from soon on, and removes the keys whose tokens have all expired. The first
 * rotation enables viewer tokens.
 */
export async function rotateViewerKeys(
  { list, add, remove, encrypt }: ViewerKeyManagementPorts,
  random: Uint8Array,
  now: Date,
): Promise<ViewerKeyRotation> {
  const stored = await list();
  const { key_id, public_key, privateKey } = generateViewerKeyPair(random);
  const encrypted_private_key = await encrypt(privateKey, key_id);
  await add({ key_id, public_key, encrypted_private_key, created_at: now.toISOString() });
  const valid = listVerifyingKeys(stored, now);
  for (const key of stored) if (!valid.includes(key)) await remove(key);
  const signsFrom = stored.length === 0 ? now : new Date(now.getTime() + viewerKeyDelayMs);
  return { key_id, signs_from: signsFrom.toISOString(), still_valid: valid.map((key) => key.key_id) };
}

/** The result of a revocation, for administrators. */
export type ViewerKeyRevocation = {
  readonly key_id: string;
  /** When no instance uses the key any more. */
  readonly rejected_from: string;
  /** The key that signs viewer tokens from then on; `null` if they are disabled. */
  readonly signing_key_id: string | null;
};

/**
 * Removes a key, so that its tokens are rejected once every instance has read the keys again. Throws `ActivityError`
 * `not_found` if it does not exist.
 */
export async function revokeViewerKey(
  { list, remove }: ViewerKeyManagementPorts,
  keyId: string,
  now: Date,
): Promise<ViewerKeyRevocation> {
  const stored = await list();
  const key = stored.find(({ key_id }) => key_id === keyId);
  if (key === undefined)
    throw new ActivityError("not_found", `Key ${keyId} does not exist. It may be removed already.`);
  await remove(key);
  const rejectedFrom = new Date(now.getTime() + viewerKeysTtlMs);
  const signing = findSigningKey(
    stored.filter((other) => other !== key),
    rejectedFrom,
  );
  return { key_id: keyId, rejected_from: rejectedFrom.toISOString(), signing_key_id: signing?.key_id ?? null };
}
