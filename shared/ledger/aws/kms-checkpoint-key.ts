import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/** The SubjectPublicKeyInfo of an Ed25519 key, up to the 32 bytes of the key (RFC 8410, section 4). */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

const publicKeyBytes = 32;

/**
 * Creates the signer by an Ed25519 key of KMS, which reads the public key once. Its functions throw `ActivityError`
 * `unavailable` for transient errors of KMS.
 */
export function createKmsCheckpointKey(keyArn: string, kms: KMSClient): Pick<CheckpointKey, "getPublicKey" | "sign"> {
  let publicKey: Promise<Uint8Array> | null = null;
  return {
    getPublicKey() {
      publicKey ??= readPublicKey(kms, keyArn).catch((error: unknown) => {
        publicKey = null;
        throw error;
      });
      return publicKey;
    },

    async sign(text) {
      // Not ED25519_PH_SHA_512: it signs a hash of the text, and its signatures do not verify as Ed25519.
      const request = {
        KeyId: keyArn,
        Message: text,
        MessageType: "RAW",
        SigningAlgorithm: "ED25519_SHA_512",
      } as const;
      const { Signature } = await mapTransientErrors(kms.send(new SignCommand(request)));
      if (Signature === undefined) throw new Error("KMS returned no signature.");
      return Signature;
    },
  };
}

async function readPublicKey(kms: KMSClient, keyArn: string): Promise<Uint8Array> {
  const { PublicKey } = await mapTransientErrors(kms.send(new GetPublicKeyCommand({ KeyId: keyArn })));
  const spki = Buffer.from(PublicKey ?? []);
  if (spki.length !== spkiPrefix.length + publicKeyBytes || !spki.subarray(0, spkiPrefix.length).equals(spkiPrefix)) {
    throw new Error(`The key ${keyArn} is not an Ed25519 key.`);
  }
  return new Uint8Array(spki.subarray(spkiPrefix.length));
}
