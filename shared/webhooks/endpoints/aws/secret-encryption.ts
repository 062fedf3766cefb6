import { createKmsClient } from "#shared/platform/aws/clients.ts";
import type { DataKeyStore, SecretEncryption } from "#shared/webhooks/endpoints/endpoint.ts";
import { createDataKeyCache, DataKeyMismatchError } from "./data-key-cache.ts";
import {
  decryptSecret,
  type EncryptedSecretParts,
  encryptSecret,
  parseEncryptedSecret,
  type SecretContext,
} from "./encrypted-secret.ts";

const systemClock = () => new Date();

/**
 * Creates the decryption of secrets. One call to KMS an hour covers all secrets of an organisation. `decrypt` throws
 * if the secret is damaged or belongs to another endpoint, and `ActivityError` `unavailable` for transient errors of KMS.
 */
export function createSecretDecryption(
  keyArn: string,
  kms = createKmsClient(),
  now = systemClock,
): Pick<SecretEncryption, "decrypt"> {
  const dataKeys = createDataKeyCache(keyArn, kms, now);

  const decryptParts = (parts: EncryptedSecretParts, context: SecretContext) =>
    dataKeys.withKey(parts.dataKey, context.org_id, (key) => {
      try {
        return decryptSecret(parts, context, key);
      } catch {
        // Without a cause: no part of a secret or its key may reach a log.
        throw decryptionError(context);
      }
    });

  return {
    async decrypt(ciphertext, { org_id, endpoint_id }, purpose = "secret") {
      const context = { org_id, endpoint_id, purpose };
      const parts = parseEncryptedSecret(ciphertext);
      if (parts === null) throw decryptionError(context);
      return decryptParts(parts, context).catch((error: unknown) => {
        throw error instanceof DataKeyMismatchError ? decryptionError(context) : error;
      });
    },
  };
}

/**
 * Creates the encryption of secrets under the data key of their organisation, which the first secret creates. `encrypt`
 * throws `ActivityError` `unavailable` for transient errors of KMS or of the store.
 */
export function createSecretEncryption(
  keyArn: string,
  store: DataKeyStore,
  kms = createKmsClient(),
  now = systemClock,
): Pick<SecretEncryption, "encrypt"> {
  const dataKeys = createDataKeyCache(keyArn, kms, now);
  return {
    async encrypt(text, { org_id, endpoint_id }, purpose = "secret") {
      const dataKey = (await store.get(org_id)) ?? (await store.create(org_id, await dataKeys.create(org_id)));
      return dataKeys.withKey(dataKey, org_id, (key) =>
        encryptSecret(text, { org_id, endpoint_id, purpose }, dataKey, key),
      );
    },
  };
}

function decryptionError({ endpoint_id }: SecretContext): Error {
  return new Error(`A secret of endpoint ${endpoint_id} is damaged, or belongs to another endpoint.`);
}
