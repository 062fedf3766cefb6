import * as z from "zod";
import { decryptBlob, encryptBlob, ivLength, keyArnOf } from "./ciphertext.ts";
import { encryptionContextSchema } from "./encryption-context.ts";
import type { KmsKeys } from "./keys.ts";

/** Response of a service: the output of an operation, or an error. */
export type AwsResult<Value = string> =
  | { readonly kind: "output"; readonly output: Readonly<Record<string, Value>> }
  | { readonly kind: "fault"; readonly code: string; readonly message: string };

const dataKeyBytes = { AES_128: 16, AES_256: 32 } as const;
const algorithm = "SYMMETRIC_DEFAULT";

const blobSchema = (maxBytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, "base64"))
    .refine(({ length }) => length >= 1 && length <= maxBytes, `must be 1 to ${maxBytes} bytes`);
const keyIdSchema = z.string().min(1).max(2_048);
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

/** Handles the cryptographic operations, within the limits of the KMS API reference. Never throws for invalid input. */
export function createKmsOperations(keys: KmsKeys, randomBytes: (size: number) => Buffer) {
  const operations = new Map<string, (body: unknown) => AwsResult>([
    ["GenerateDataKey", generateDataKey],
    ["GenerateDataKeyWithoutPlaintext", generateDataKeyWithoutPlaintext],
    ["Encrypt", encrypt],
    ["Decrypt", decrypt],
  ]);

  function generateDataKey(body: unknown): AwsResult {
    const { KeyId, KeySpec, NumberOfBytes, EncryptionContext } = generateDataKeySchema.parse(body);
    const key = keys.find(KeyId);
    if (key === undefined) return notFound(KeyId);
    const plaintext = randomBytes(KeySpec === undefined ? Number(NumberOfBytes) : dataKeyBytes[KeySpec]);
    const blob = encryptBlob(key, plaintext, EncryptionContext, randomBytes(ivLength));
    return output({ KeyId: key.arn, Plaintext: base64(plaintext), CiphertextBlob: base64(blob) });
  }

  function generateDataKeyWithoutPlaintext(body: unknown): AwsResult {
    const answer = generateDataKey(body);
    if (answer.kind === "fault") return answer;
    const { Plaintext: _, ...encrypted } = answer.output;
    return output(encrypted);
  }

  function encrypt(body: unknown): AwsResult {
    const { KeyId, Plaintext, EncryptionContext } = encryptSchema.parse(body);
    const key = keys.find(KeyId);
    if (key === undefined) return notFound(KeyId);
    const blob = encryptBlob(key, Plaintext, EncryptionContext, randomBytes(ivLength));
    return output({ KeyId: key.arn, CiphertextBlob: base64(blob), EncryptionAlgorithm: algorithm });
  }

  function decrypt(body: unknown): AwsResult {
    const { KeyId, CiphertextBlob, EncryptionContext } = decryptSchema.parse(body);
    const key = keys.find(keyArnOf(CiphertextBlob));
    if (KeyId !== undefined) {
      const expected = keys.find(KeyId);
      if (expected === undefined) return notFound(KeyId);
      if (key !== undefined && key !== expected) {
        return fault("IncorrectKeyException", "The ciphertext was encrypted under another key than the request names.");
      }
    }
    const plaintext = key && decryptBlob(key, CiphertextBlob, EncryptionContext);
    if (key === undefined || plaintext === undefined) {
      return fault("InvalidCiphertextException", "The ciphertext is damaged, or its encryption context another.");
    }
    return output({ KeyId: key.arn, Plaintext: base64(plaintext), EncryptionAlgorithm: algorithm });
  }

  return (operation: string, body: unknown): AwsResult => {
    const run = operations.get(operation);
    if (run === undefined) {
      const known = [...operations.keys()].join(", ");
      return fault("UnknownOperationException", `The local runtime does not know ${operation} of KMS, only ${known}.`);
    }
    try {
      return run(body);
    } catch (error) {
      if (error instanceof z.ZodError) return fault("ValidationException", z.prettifyError(error));
      throw error;
    }
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

function output(values: Readonly<Record<string, string>>): AwsResult {
  return { kind: "output", output: values };
}

function fault(code: string, message: string): AwsResult {
  return { kind: "fault", code, message };
}

function notFound(keyId: string): AwsResult {
  return fault("NotFoundException", `There is no key ${keyId}.`);
}
