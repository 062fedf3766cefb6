import { randomBytes } from "node:crypto";
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, vi } from "vitest";
import type { DataKeyStore } from "#shared/webhooks/endpoints/endpoint.ts";

export const keyArn = "arn:aws:kms:us-east-1:000000000000:key/1";

export const namedError = (name: string) => Object.assign(new Error("detail"), { name });

/** Creates a KMS whose data keys can only be decrypted in their own context, unless `careless`. */
export function memoryKms({ careless = false } = {}) {
  const dataKeys = new Map<string, { key: Buffer; context: string }>();
  const opened: Uint8Array[] = [];
  const client = new KMSClient({ region: "us-east-1" });
  const contextOf = (context: unknown) => (careless ? "" : JSON.stringify(context));
  const send = vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    if (command instanceof GenerateDataKeyWithoutPlaintextCommand) {
      expect(command.input).toMatchObject({ KeyId: keyArn, KeySpec: "AES_256" });
      const [key, blob] = [randomBytes(32), randomBytes(64)];
      dataKeys.set(blob.toString("hex"), { key, context: contextOf(command.input.EncryptionContext) });
      return { CiphertextBlob: new Uint8Array(blob) };
    }
    if (!(command instanceof DecryptCommand)) throw new Error("An operation that this KMS does not have.");
    const known = dataKeys.get(Buffer.from(command.input.CiphertextBlob ?? []).toString("hex"));
    if (command.input.KeyId !== keyArn || known?.context !== contextOf(command.input.EncryptionContext)) {
      throw namedError("InvalidCiphertextException");
    }
    const Plaintext = new Uint8Array(known.key);
    opened.push(Plaintext);
    return { Plaintext };
  });
  /** Returns the number of calls since the previous call, by operation. */
  const calls = () => {
    const counts = { created: 0, decrypted: 0 };
    for (const [command] of send.mock.calls) counts[command instanceof DecryptCommand ? "decrypted" : "created"] += 1;
    send.mockClear();
    return counts;
  };
  return { client, send, opened, calls };
}

/** Creates a store of data keys in memory. */
export function memoryDataKeys(): DataKeyStore {
  const stored = new Map<string, string>();
  return {
    async get(orgId) {
      return stored.get(orgId) ?? null;
    },
    async create(orgId, dataKey) {
      if (!stored.has(orgId)) stored.set(orgId, dataKey);
      return stored.get(orgId) ?? dataKey;
    },
  };
}
