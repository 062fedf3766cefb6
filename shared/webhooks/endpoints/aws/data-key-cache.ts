import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, type KMSClient } from "@aws-sdk/client-kms";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";

/** How long an opened key is remembered. */
export const rememberedMs = 60 * 60_000;

/** So that 100,000 organisations with one endpoint each still cost one call an hour: about 65 MB. */
const rememberedAtMost = 100_000;

const sweptEveryMs = 60_000;

type Entry = { readonly key: Promise<Uint8Array>; readonly until: number };

export type DataKeys = {
  /** Makes a data key for an organisation, encrypted by KMS; its plaintext stays there. */
  create(orgId: string): Promise<string>;
  /** Runs `work` with the plaintext of an organisation's data key, which it must not keep. */
  use<T>(dataKey: string, orgId: string, work: (key: Uint8Array) => T): Promise<T>;
};

/** A ciphertext that KMS did not encrypt for this organisation. */
export class ForeignDataKeyError extends Error {}

/**
 * Data keys of organisations, encrypted by KMS with the organisation as encryption context. Opened keys are
 * remembered for an hour, those `atMost` that were used last, and overwritten with zeros when they are forgotten.
 * Throws `ActivityError` `unavailable` for transient errors of KMS, and `ForeignDataKeyError`.
 */
export function kmsDataKeys(
  keyArn: string,
  kms: KMSClient,
  now: () => Date,
  atMost: number = rememberedAtMost,
): DataKeys {
  const entries = new Map<string, Entry>();
  let sweptAt = 0;

  /** Whoever waits for the key began to before this, and so has used it before it is erased. */
  const forget = (name: string, entry: Entry) => {
    if (entries.get(name) === entry) entries.delete(name);
    entry.key.then(
      (bytes) => bytes.fill(0),
      () => undefined,
    );
  };

  /** Forgets what nobody asks for again, too. */
  const sweep = (time: number) => {
    if (time - sweptAt < sweptEveryMs) return;
    sweptAt = time;
    for (const [name, entry] of entries) if (entry.until <= time) forget(name, entry);
  };

  const remember = (name: string, key: Promise<Uint8Array>): Entry => {
    const time = now().getTime();
    sweep(time);
    const [oldest] = entries;
    if (oldest !== undefined && entries.size >= atMost) forget(...oldest);
    const entry: Entry = { key, until: time + rememberedMs };
    entries.set(name, entry);
    key.catch(() => forget(name, entry));
    return entry;
  };

  /** Moves the entry to the end of the map: the first is the one unused for longest. */
  const recall = (name: string): Entry | null => {
    const entry = entries.get(name);
    if (entry === undefined) return null;
    if (entry.until <= now().getTime()) {
      forget(name, entry);
      return null;
    }
    entries.delete(name);
    entries.set(name, entry);
    return entry;
  };

  return {
    create: (orgId) => generate(kms, keyArn, orgId),

    async use(dataKey, orgId, work) {
      const name = `${orgId} ${dataKey}`;
      const entry = recall(name) ?? remember(name, decrypt(kms, keyArn, dataKey, orgId));
      return work(await entry.key);
    },
  };
}

async function generate(kms: KMSClient, keyArn: string, orgId: string): Promise<string> {
  const request = { KeyId: keyArn, KeySpec: "AES_256", EncryptionContext: contextOf(orgId) } as const;
  const { CiphertextBlob } = await calling(kms.send(new GenerateDataKeyWithoutPlaintextCommand(request)));
  if (CiphertextBlob === undefined) throw new Error("KMS returned no data key.");
  return Buffer.from(CiphertextBlob).toString("base64url");
}

async function decrypt(kms: KMSClient, keyArn: string, dataKey: string, orgId: string): Promise<Uint8Array> {
  const CiphertextBlob = Buffer.from(dataKey, "base64url");
  const request = new DecryptCommand({ KeyId: keyArn, CiphertextBlob, EncryptionContext: contextOf(orgId) });
  const { Plaintext } = await calling(kms.send(request)).catch((error: unknown) => {
    const isForeign = error instanceof Error && error.name === "InvalidCiphertextException";
    throw isForeign ? new ForeignDataKeyError(`A data key of organisation ${orgId} is damaged, or another's.`) : error;
  });
  if (Plaintext === undefined) throw new Error("KMS returned no plaintext.");
  return Plaintext;
}

/** KMS refuses to decrypt a data key in another context than it was made in. */
function contextOf(org_id: string): Record<string, string> {
  return { org_id };
}
