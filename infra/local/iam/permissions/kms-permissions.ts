import * as z from "zod";
import { keyArnOf } from "#infra/local/kms/ciphertext.ts";
import { encryptionContextSchema } from "#infra/local/kms/encryption-context.ts";
import type { KmsKeys } from "#infra/local/kms/keys.ts";
import type { RequiredPermission } from "./required-permission.ts";

const targetSchema = z.object({
  KeyId: z.string().optional(),
  CiphertextBlob: z.string().default(""),
  EncryptionContext: encryptionContextSchema,
  SigningAlgorithm: z.string().optional(),
  MessageType: z.string().optional(),
});

/**
 * The permission that a KMS request needs, on the key that it names or that its ciphertext does. One about a key that
 * there is not needs none: it is answered by an error.
 */
export function kmsPermissions(operation: string, body: unknown, keys: KmsKeys): RequiredPermission[] {
  const { KeyId, CiphertextBlob, EncryptionContext: pairs, SigningAlgorithm, MessageType } = targetSchema.parse(body);
  const key = keys.find(KeyId ?? keyArnOf(Buffer.from(CiphertextBlob, "base64")));
  if (key === undefined) return [];
  const context = {
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    ...(pairs.length > 0 && { "kms:EncryptionContextKeys": pairs.map(([name]) => name) }),
    ...(SigningAlgorithm !== undefined && { "kms:SigningAlgorithm": SigningAlgorithm }),
    ...(MessageType !== undefined && { "kms:MessageType": MessageType }),
  };
  return [{ action: `kms:${operation}`, resource: key.arn, context }];
}
