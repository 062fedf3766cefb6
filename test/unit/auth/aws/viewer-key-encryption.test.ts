import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { describe, expect, it, vi } from "vitest";
import { createViewerKeyEncryption } from "#shared/auth/aws/viewer-key-encryption.ts";
import { keyArn } from "#test/support/memory/kms.ts";
import { aViewerKey, viewerPrivateKey } from "#test/support/viewer-tokens.ts";

const { key_id } = aViewerKey();
const context = { purpose: "viewer_tokens", key_id };

function encryption(output: object) {
  const kms = new KMSClient({ region: "us-east-1" });
  const send = vi.spyOn(kms, "send").mockImplementation(async () => output);
  return { send, ...createViewerKeyEncryption(keyArn, kms) };
}

describe("createViewerKeyEncryption", () => {
  it("encrypts a private key for its id and purpose", async () => {
    const { send, encrypt } = encryption({ CiphertextBlob: new Uint8Array([1, 2, 255]) });
    expect(await encrypt(viewerPrivateKey, key_id)).toBe("AQL_");
    const [command] = send.mock.calls[0] ?? [];
    expect(command).toBeInstanceOf(EncryptCommand);
    expect(command?.input).toEqual({ KeyId: keyArn, Plaintext: viewerPrivateKey, EncryptionContext: context });
  });

  it("decrypts a stored key for its id and purpose", async () => {
    const { send, decrypt } = encryption({ Plaintext: new Uint8Array(viewerPrivateKey) });
    expect(await decrypt(aViewerKey({ encrypted_private_key: "AQL_" }))).toEqual(new Uint8Array(viewerPrivateKey));
    const [command] = send.mock.calls[0] ?? [];
    expect(command).toBeInstanceOf(DecryptCommand);
    expect(command?.input).toMatchObject({ KeyId: keyArn, EncryptionContext: context });
  });

  it("throws when KMS returns nothing", async () => {
    await expect(encryption({}).encrypt(viewerPrivateKey, key_id)).rejects.toThrow("no ciphertext");
    await expect(encryption({}).decrypt(aViewerKey())).rejects.toThrow("no plaintext");
  });
});
