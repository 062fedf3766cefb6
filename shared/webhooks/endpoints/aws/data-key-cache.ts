import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, type KMSClient } from "@aws-sdk/client-kms";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/** How long a decrypted key is cached. */
export const dataKeyTtlMs = 60 * 60_000;

/** Enough for 100,000 organisations at one KMS call an hour each; about 65 MB. */
const maxCachedKeys = 100_000;

const sweepIntervalMs = 60_000;

type Entry = { readonly key: Promise<Uint8Array>; readonly until: number };

export type DataKeyCache = {
  /** Generates a data key for an organisation. Returns it encrypted by KMS, without the plaintext. */
  create(orgId: string): Promise<string>;
  /** Calls `work` with the plaintext of an organisation's data key, which it must not keep. */
  withKey<T>(dataKey: string, orgId: string, work: (key: Uint8Array) => T): Promise<T>;
};

/** KMS did not encrypt the ciphertext for this organisation. */
export class DataKeyMismatchError extends Error {}

/**
 * Creates a cache of data keys, which KMS encrypts with the organisation as encryption context. It keeps the `maxKeys`
 * most recently used keys for an hour, and overwrites dropped keys with zeros. Its functions throw `ActivityError`
 * `unavailable` for transient errors of KMS, and `DataKeyMismatchError`.
 */
export function createDataKeyCache(
  keyArn: string,
  kms: KMSClient,
  now: () => Date,
  maxKeys: number = maxCachedKeys,
): DataKeyCache {
  const entries = new Map<string, Entry>();
  let sweptAt = 0;

  /** Erases the key after the callbacks that are already waiting for it: promise callbacks run in order. */
  const drop = (name: string, entry: Entry) => {
    if (entries.get(name) === entry) entries.delete(name);
    entry.key.then(
      (bytes) => bytes.fill(0),
      () => undefined,
    );
  };

  /** Drops expired keys, also those that are not requested again. */
  const sweep = (time: number) => {
    if (time - sweptAt < sweepIntervalMs) return;
    sweptAt = time;
    for (const [name, entry] of entries) if (entry.until <= time) drop(name, entry);
  };

  const add = (name: string, key: Promise<Uint8Array>): Entry => {
    const time = now().getTime();
    sweep(time);
    const [oldest] = entries;
    if (oldest !== undefined && entries.size >= maxKeys) drop(...oldest);
    const entry: Entry = { key, until: time + dataKeyTtlMs };
    entries.set(name, entry);
    key.catch(() => drop(name, entry));
    return entry;
  };

  /** Moves the entry to the end of the map, so that the first entry is the least recently used. */
  const find = (name: string): Entry | null => {
    const entry = entries.get(name);
    if (entry === undefined) return null;
    if (entry.until <= now().getTime()) {
      drop(name, entry);
      return null;
    }
    entries.delete(name);
    entries.set(name, entry);
    return entry;
  };

  return {
    create: (orgId) => generate(kms, keyArn, orgId),

    async withKey(dataKey, orgId, work) {
      const name = `${orgId} ${dataKey}`;
      const entry = find(name) ?? add(name, decrypt(kms, keyArn, dataKey, orgId));
      return work(await entry.key);
    },
  };
}

async function generate(kms: KMSClient, keyArn: string, orgId: string): Promise<string> {
  const request = { KeyId: keyArn, KeySpec: "AES_256", EncryptionContext: contextOf(orgId) } as const;
  const { CiphertextBlob } = await mapTransientErrors(kms.send(new GenerateDataKeyWithoutPlaintextCommand(request)));
  if (CiphertextBlob === undefined) throw new Error("KMS returned no data key.");
  return Buffer.from(CiphertextBlob).toString("base64url");
}

async function decrypt(kms: KMSClient, keyArn: string, dataKey: string, orgId: string): Promise<Uint8Array> {
  const CiphertextBlob = Buffer.from(dataKey, "base64url");
  const request = new DecryptCommand({ KeyId: keyArn, CiphertextBlob, EncryptionContext: contextOf(orgId) });
  const { Plaintext } = await mapTransientErrors(kms.send(request)).catch((error: unknown) => {
    const isMismatch = error instanceof Error && error.name === "InvalidCiphertextException";
    throw isMismatch
      ? new DataKeyMismatchError(
          `The data key of organisation ${orgId} is damaged, or belongs to another organisation.`,
        )
      : error;
  });
  if (Plaintext === undefined) throw new Error("KMS returned no plaintext.");
  return Plaintext;
}

/** KMS decrypts a data key only with the encryption context that it was generated with. */
function contextOf(org_id: string): Record<string, string> {
  return { org_id };
}
