import type { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod/mini";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { createKmsClient } from "#shared/platform/aws/clients.ts";
import { createKmsCheckpointKey } from "./kms-checkpoint-key.ts";

const time = z.nullable(
  z.pipe(
    z.iso.datetime(),
    z.transform((text) => new Date(text)),
  ),
);

const periodShape = { from: time, until: time };

const keysSchema = z.array(
  z.union([
    z.object({ ...periodShape, arn: z.string() }),
    // 32 bytes in Base64. Its private half is lost.
    z.object({ ...periodShape, public_key: z.string() }),
  ]),
);

/**
 * Parses the keys that the infrastructure gives to functions, as JSON. All use one client of KMS. Throws if they are
 * malformed.
 */
export function createCheckpointKeys(json: string, kms: KMSClient = createKmsClient()): CheckpointKey[] {
  return keysSchema.parse(JSON.parse(json)).map((key) => {
    const { from, until } = key;
    if ("arn" in key) return { from, until, ...createKmsCheckpointKey(key.arn, kms) };
    return { from, until, ...createLostKey(new Uint8Array(Buffer.from(key.public_key, "base64"))) };
  });
}

function createLostKey(publicKey: Uint8Array): Pick<CheckpointKey, "getPublicKey" | "sign"> {
  return {
    getPublicKey: async () => publicKey,
    sign: () => Promise.reject(new Error("A lost key cannot sign. Its time in trust.keys must have ended.")),
  };
}
