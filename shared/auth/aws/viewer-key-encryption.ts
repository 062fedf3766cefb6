import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import type { ViewerKeyManagementPorts } from "#shared/auth/viewer-tokens/manage-viewer-keys.ts";
import type { ViewerTokenSignerPorts } from "#shared/auth/viewer-tokens/viewer-token-signer.ts";
import { createKmsClient } from "#shared/platform/aws/clients.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/**
 * Creates the encryption of the private keys of viewer tokens by a KMS key. Its functions throw `ActivityError`
 * `unavailable` for transient errors of KMS.
 */
export function createViewerKeyEncryption(
  keyArn: string,
  kms: KMSClient = createKmsClient(),
): Pick<ViewerKeyManagementPorts, "encrypt"> & Pick<ViewerTokenSignerPorts, "decrypt"> {
  return {
    async encrypt(privateKey, keyId) {
      const request = { KeyId: keyArn, Plaintext: privateKey, EncryptionContext: contextOf(keyId) };
      const { CiphertextBlob } = await mapTransientErrors(kms.send(new EncryptCommand(request)));
      if (CiphertextBlob === undefined) throw new Error("KMS returned no ciphertext.");
      return Buffer.from(CiphertextBlob).toString("base64url");
    },

    async decrypt({ key_id, encrypted_private_key }) {
      const CiphertextBlob = Buffer.from(encrypted_private_key, "base64url");
      const request = { KeyId: keyArn, CiphertextBlob, EncryptionContext: contextOf(key_id) };
      const { Plaintext } = await mapTransientErrors(kms.send(new DecryptCommand(request)));
      if (Plaintext === undefined) throw new Error("KMS returned no plaintext.");
      return Plaintext;
    },
  };
}

/** Binds a ciphertext to its purpose and its key: a ciphertext that was moved to another item cannot be decrypted. */
function contextOf(key_id: string): Record<string, string> {
  return { purpose: "viewer_tokens", key_id };
}
