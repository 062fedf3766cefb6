import * as z from "zod";
import type { KmsKeys } from "./keys.ts";
import { blobSchema, keyIdSchema } from "./parameters.ts";
import { requireKey } from "./require-key.ts";
import { type AwsResult, base64, fault, type KmsOperation, output } from "./result.ts";
import { publicKeyOf, signMessage } from "./signature.ts";

const keySpec = "ECC_NIST_EDWARDS25519";
const usage = "SIGN_VERIFY";
const algorithm = "ED25519_SHA_512";
const prehashAlgorithm = "ED25519_PH_SHA_512";

const signSchema = z.object({
  KeyId: keyIdSchema,
  Message: blobSchema(4_096),
  MessageType: z.enum(["RAW", "DIGEST", "EXTERNAL_MU"]).default("RAW"),
  SigningAlgorithm: z.string(),
});
const getPublicKeySchema = z.object({ KeyId: keyIdSchema });

/** Creates the operations on Ed25519 keys, by name. Ed25519ph is not supported: its signatures verify nowhere as Ed25519. */
export function createSigningOperations(keys: KmsKeys): ReadonlyMap<string, KmsOperation> {
  function sign(body: unknown): AwsResult {
    const { KeyId, Message, MessageType, SigningAlgorithm } = signSchema.parse(body);
    const { key, error } = requireKey(keys, KeyId, { usage, operation: "Sign" });
    if (error !== undefined) return error;
    if (SigningAlgorithm === prehashAlgorithm) {
      return fault("ValidationException", `The local runtime does not support ${prehashAlgorithm}. Use ${algorithm}.`);
    }
    if (SigningAlgorithm !== algorithm) {
      const message = `Algorithm ${SigningAlgorithm} and key spec ${keySpec} are incompatible.`;
      return fault("InvalidKeyUsageException", message);
    }
    if (MessageType !== "RAW") {
      return fault("ValidationException", `Signing algorithm ${algorithm} requires the message type RAW.`);
    }
    const signature = signMessage(key, Message);
    return output({ KeyId: key.arn, Signature: base64(signature), SigningAlgorithm: algorithm });
  }

  function getPublicKey(body: unknown): AwsResult {
    const { KeyId } = getPublicKeySchema.parse(body);
    const key = keys.find(KeyId);
    if (key !== undefined && key.usage !== usage) {
      return fault("UnsupportedOperationException", `${key.arn} is a symmetric key, which has no public key.`);
    }
    const { key: signingKey, error } = requireKey(keys, KeyId, { usage, operation: "GetPublicKey" });
    if (error !== undefined) return error;
    return output({
      KeyId: signingKey.arn,
      PublicKey: base64(publicKeyOf(signingKey)),
      CustomerMasterKeySpec: keySpec,
      KeySpec: keySpec,
      KeyUsage: usage,
      SigningAlgorithms: [algorithm, prehashAlgorithm],
    });
  }

  return new Map([
    ["Sign", sign],
    ["GetPublicKey", getPublicKey],
  ]);
}
