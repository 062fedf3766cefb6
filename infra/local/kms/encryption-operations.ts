import * as z from "zod";
import { decryptBlob, encryptBlob, ivLength, keyArnOf } from "./ciphertext.ts";
import { encryptionContextSchema } from "./encryption-context.ts";
import type { KmsKeys } from "./keys.ts";
import { blobSchema, keyIdSchema } from "./parameters.ts";
import { requireKey } from "./require-key.ts";
import { type AwsResult, base64, fault, type KmsOperation, output } from "./result.ts";

const dataKeyBytes = { AES_128: 16, AES_256: 32 } as const;
const algorithm = "SYMMETRIC_DEFAULT";
const usage = "ENCRYPT_DECRYPT";

const encryptionAlgorithmSchema = z.literal(algorithm).optional();

const generateDataKeySchema = z
  .object({
    KeyId: keyIdSchema,
    EncryptionContext: encryptionContextSchema,
    KeySpec: z.enum(["AES_128", "AES_256"]).optional(),
    NumberOfBytes: z.number().int().min(1).max(1_024).optional(),
  })
  .refine(
    ({ KeySpec, NumberOfBytes }) => (KeySpec === undefined) !== (NumberOfBytes === undefined),
    "exactly one of KeySpec and NumberOfBytes must be given",
  );
const encryptSchema = z.object({
  KeyId: keyIdSchema,
  EncryptionContext: encryptionContextSchema,
  EncryptionAlgorithm: encryptionAlgorithmSchema,
  Plaintext: blobSchema(4_096),
});
const decryptSchema = z.object({
  KeyId: keyIdSchema.optional(),
  EncryptionContext: encryptionContextSchema,
  EncryptionAlgorithm: encryptionAlgorithmSchema,
  CiphertextBlob: blobSchema(6_144),
});

/** Creates the operations on symmetric keys, by name. */
export function createEncryptionOperations(
  keys: KmsKeys,
  randomBytes: (size: number) => Buffer,
): ReadonlyMap<string, KmsOperation> {
  function generateDataKey(body: unknown): AwsResult {
    const { KeyId, KeySpec, NumberOfBytes, EncryptionContext } = generateDataKeySchema.parse(body);
    const { key, error } = requireKey(keys, KeyId, { usage, operation: "GenerateDataKey" });
    if (error !== undefined) return error;
    const plaintext = randomBytes(KeySpec === undefined ? Number(NumberOfBytes) : dataKeyBytes[KeySpec]);
    const blob = encryptBlob(key, plaintext, EncryptionContext, randomBytes(ivLength));
    return output({ KeyId: key.arn, Plaintext: base64(plaintext), CiphertextBlob: base64(blob) });
  }

  function generateDataKeyWithoutPlaintext(body: unknown): AwsResult {
    const result = generateDataKey(body);
    if (result.kind === "fault") return result;
    const { Plaintext: _, ...encrypted } = result.output;
    return output(encrypted);
  }

  function encrypt(body: unknown): AwsResult {
    const { KeyId, Plaintext, EncryptionContext } = encryptSchema.parse(body);
    const { key, error } = requireKey(keys, KeyId, { usage, operation: "Encrypt" });
    if (error !== undefined) return error;
    const blob = encryptBlob(key, Plaintext, EncryptionContext, randomBytes(ivLength));
    return output({ KeyId: key.arn, CiphertextBlob: base64(blob), EncryptionAlgorithm: algorithm });
  }

  function decrypt(body: unknown): AwsResult {
    const { KeyId, CiphertextBlob, EncryptionContext } = decryptSchema.parse(body);
    const key = keys.find(keyArnOf(CiphertextBlob));
    if (KeyId !== undefined) {
      const expected = requireKey(keys, KeyId, { usage, operation: "Decrypt" });
      if (expected.error !== undefined) return expected.error;
      if (key !== undefined && key !== expected.key) {
        return fault("IncorrectKeyException", "The ciphertext was encrypted under another key than the request names.");
      }
    }
    const plaintext = key?.usage === usage ? decryptBlob(key, CiphertextBlob, EncryptionContext) : undefined;
    if (key === undefined || plaintext === undefined) {
      return fault("InvalidCiphertextException", "The ciphertext is damaged, or its encryption context another.");
    }
    return output({ KeyId: key.arn, Plaintext: base64(plaintext), EncryptionAlgorithm: algorithm });
  }

  return new Map([
    ["GenerateDataKey", generateDataKey],
    ["GenerateDataKeyWithoutPlaintext", generateDataKeyWithoutPlaintext],
    ["Encrypt", encrypt],
    ["Decrypt", decrypt],
  ]);
}
