import type { KmsKey, KmsKeys, KmsKeyUsage } from "./keys.ts";
import { type AwsResult, fault } from "./result.ts";

/** Returns the key that a request names, or the error of KMS if it is missing or has another usage. */
export function requireKey(
  keys: KmsKeys,
  keyId: string,
  { usage, operation }: { readonly usage: KmsKeyUsage; readonly operation: string },
): { readonly key: KmsKey; readonly error?: undefined } | { readonly key?: undefined; readonly error: AwsResult } {
  const key = keys.find(keyId);
  if (key === undefined) return { error: fault("NotFoundException", `There is no key ${keyId}.`) };
  if (key.usage === usage) return { key };
  const message = `${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`;
  return { error: fault("InvalidKeyUsageException", message) };
}
