import { generateViewerKeyPair, listVerifyingKeys, type ViewerKey, viewerKeyDelayMs } from "./viewer-keys.ts";

export type ViewerKeyRotationPorts = {
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
  { list, add, remove, encrypt }: ViewerKeyRotationPorts,
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
