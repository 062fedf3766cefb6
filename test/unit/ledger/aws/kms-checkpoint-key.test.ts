import { generateKeyPairSync, verify } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { describe, expect, it, vi } from "vitest";
import { createKmsCheckpointKey } from "#shared/ledger/aws/kms-checkpoint-key.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { keyArn, namedError } from "#test/support/memory/kms.ts";
import { memoryCheckpointKey } from "#test/support/memory/proofs.ts";

const { key } = memoryCheckpointKey();
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** KMS with one Ed25519 key. `respond` replaces the response to a request for the public key. */
function kmsWith(respond?: () => unknown) {
  const client = new KMSClient({ region: "us-east-1" });
  const send = vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    if (command instanceof SignCommand) {
      expect(command.input).toMatchObject({
        KeyId: keyArn,
        MessageType: "RAW",
        SigningAlgorithm: "ED25519_SHA_512",
      });
      return { Signature: await key.sign(command.input.Message ?? new Uint8Array()) };
    }
    if (!(command instanceof GetPublicKeyCommand)) throw new Error("An operation that this KMS does not have.");
    return respond?.() ?? { PublicKey: Buffer.concat([spkiPrefix, await key.getPublicKey()]) };
  });
  return { client, send };
}

describe("createKmsCheckpointKey", () => {
  it("returns the 32 bytes of the public key, which it reads once", async () => {
    const { client, send } = kmsWith();
    const checkpointKey = createKmsCheckpointKey(keyArn, client);
    expect(await checkpointKey.getPublicKey()).toEqual(await key.getPublicKey());
    await checkpointKey.getPublicKey();
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("signs so that the public key verifies", async () => {
    const message = Buffer.from("text\n");
    const signature = await createKmsCheckpointKey(keyArn, kmsWith().client).sign(message);
    const spki = Buffer.concat([spkiPrefix, await key.getPublicKey()]);
    expect(verify(null, message, { key: spki, format: "der", type: "spki" }, signature)).toBe(true);
  });

  it("reads the public key again after a transient error", async () => {
    let isFirst = true;
    const { client } = kmsWith(() => {
      if (!isFirst) return undefined;
      isFirst = false;
      throw namedError("ThrottlingException");
    });
    const checkpointKey = createKmsCheckpointKey(keyArn, client);
    expect((await catchRejection(checkpointKey.getPublicKey())).code).toBe("unavailable");
    expect(await checkpointKey.getPublicKey()).toEqual(await key.getPublicKey());
  });

  it("throws for a key that is not Ed25519", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const PublicKey = publicKey.export({ format: "der", type: "spki" });
    const { client } = kmsWith(() => ({ PublicKey }));
    await expect(createKmsCheckpointKey(keyArn, client).getPublicKey()).rejects.toThrow("is not an Ed25519 key");
  });
});
