import { kmsClient } from "#shared/platform/aws/clients.ts";
import type { DataKeyStore, SecretBox } from "#shared/webhooks/endpoints/endpoint.ts";
import { ForeignDataKeyError, kmsDataKeys } from "./data-key-cache.ts";
import { decryptSecret, encryptSecret, parseSealed, type SealedParts, type SecretOwner } from "./encrypted-secret.ts";

const systemClock = () => new Date();

/**
 * Opens sealed secrets, each for its own endpoint only. One call to KMS an hour opens all secrets of an organisation.
 * Throws `ActivityError` `unavailable` for transient errors of KMS.
 */
export function secretOpener(keyArn: string, kms = kmsClient(), now = systemClock): Pick<SecretBox, "open"> {
  const dataKeys = kmsDataKeys(keyArn, kms, now);

  const openParts = (parts: SealedParts, owner: SecretOwner) =>
    dataKeys.use(parts.dataKey, owner.org_id, (key) => {
      try {
        return decryptSecret(parts, owner, key);
      } catch {
        // Not as its cause: nothing of a secret or its key may reach a log.
        throw unopened(owner);
      }
    });

  return {
    async open(sealed, { org_id, endpoint_id }, content = "secret") {
      const owner = { org_id, endpoint_id, content };
      const parts = parseSealed(sealed);
      if (parts === null) throw unopened(owner);
      return openParts(parts, owner).catch((error: unknown) => {
        throw error instanceof ForeignDataKeyError ? unopened(owner) : error;
      });
    },
  };
}

/**
 * Seals secrets under the data key of their organisation, which the first one creates. Throws `ActivityError`
 * `unavailable` for transient errors of KMS or of the store.
 */
export function secretSealer(
  keyArn: string,
  store: DataKeyStore,
  kms = kmsClient(),
  now = systemClock,
): Pick<SecretBox, "seal"> {
  const dataKeys = kmsDataKeys(keyArn, kms, now);
  return {
    async seal(text, { org_id, endpoint_id }, content = "secret") {
      const dataKey = (await store.get(org_id)) ?? (await store.create(org_id, await dataKeys.create(org_id)));
      return dataKeys.use(dataKey, org_id, (key) =>
        encryptSecret(text, { org_id, endpoint_id, content }, dataKey, key),
      );
    },
  };
}

function unopened({ endpoint_id }: SecretOwner): Error {
  return new Error(`A secret of endpoint ${endpoint_id} is damaged, or belongs to another endpoint.`);
}
