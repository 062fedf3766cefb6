import * as z from "zod";
import { createEncryptionOperations } from "./encryption-operations.ts";
import type { KmsKeys } from "./keys.ts";
import { type AwsResult, fault, type KmsOperation } from "./result.ts";
import { createSigningOperations } from "./signing-operations.ts";

/** Handles the cryptographic operations, within the limits of the KMS API reference. Never throws for invalid input. */
export function createKmsOperations(keys: KmsKeys, randomBytes: (size: number) => Buffer) {
  const operations = new Map<string, KmsOperation>([
    ...createEncryptionOperations(keys, randomBytes),
    ...createSigningOperations(keys),
  ]);

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
