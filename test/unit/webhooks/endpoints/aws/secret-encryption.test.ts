import { createCipheriv } from "node:crypto";
import { DecryptCommand } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSecretDecryption, createSecretEncryption } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { keyArn, memoryDataKeys, memoryKms, namedError } from "#test/support/memory/kms.ts";

const secret = "whsec_bm90IGEgc2VjcmV0LCBidXQgdGhpcnR5LXR3byBieXRlcw==";
const owner = { org_id: "org_1", endpoint_id: "wh_1" };
const hourMs = 3_600_000;

type Kms = ReturnType<typeof memoryKms>;

const encryptWith = ({ client }: Kms, over: Partial<typeof owner> = {}) =>
  createSecretEncryption(keyArn, memoryDataKeys(), client).encrypt(secret, { ...owner, ...over });
const createDecryption = ({ client }: Kms) => createSecretDecryption(keyArn, client);

/** Creates a decryption with a clock that a test can move. */
function decryptionWithClock({ client }: Kms) {
  let now = testNow;
  const decryption = createSecretDecryption(keyArn, client, () => now);
  return {
    decrypt: decryption.decrypt,
    advance(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

describe("createSecretEncryption and createSecretDecryption", () => {
  it("decrypt a secret for its own endpoint, and the ciphertext reveals nothing of it", async () => {
    const kms = memoryKms();
    const ciphertext = await encryptWith(kms);
    expect(ciphertext).toMatch(/^v2(\.[\w-]+){4}$/);
    expect(ciphertext).not.toContain(secret.slice(6, 20));
    expect(await createDecryption(kms).decrypt(ciphertext, owner)).toBe(secret);
  });

  it.each([
    ["by KMS", false],
    ["by the cipher, if KMS decrypted the key", true],
  ])("decrypt a secret for no other endpoint or organisation: refused %s", async (_, careless) => {
    const kms = memoryKms({ careless });
    const ciphertext = await encryptWith(kms);
    for (const foreign of [
      { ...owner, endpoint_id: "wh_2" },
      { ...owner, org_id: "org_2" },
    ]) {
      await expect(createDecryption(kms).decrypt(ciphertext, foreign)).rejects.toThrow(
        `A secret of endpoint ${foreign.endpoint_id} is damaged, or belongs to another endpoint.`,
      );
    }
  });

  it("decrypt a text only as the kind of content that it was encrypted as", async () => {
    const kms = memoryKms();
    const { encrypt } = createSecretEncryption(keyArn, memoryDataKeys(), kms.client);
    const { decrypt } = createDecryption(kms);
    const asSecret = await encrypt(secret, owner);
    const asHeaders = await encrypt(secret, owner, "headers");
    expect([await decrypt(asSecret, owner), await decrypt(asHeaders, owner, "headers")]).toEqual([secret, secret]);
    await expect(decrypt(asSecret, owner, "headers")).rejects.toThrow("is damaged");
    await expect(decrypt(asHeaders, owner)).rejects.toThrow("is damaged");
    expect(kms.calls()).toEqual({ created: 1, decrypted: 2 });
  });

  it("decrypt a secret that an earlier release encrypted", async () => {
    const dataKey = "AAAA";
    const key = Buffer.alloc(32, 7);
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from("v2\norg_1\nwh_1"));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    const parts = [nonce, cipher.getAuthTag(), text].map((part) => part.toString("base64url"));
    const { client, send } = memoryKms();
    send.mockImplementation(async () => ({ Plaintext: new Uint8Array(key) }));
    const ciphertext = ["v2", dataKey, ...parts].join(".");
    expect(await createSecretDecryption(keyArn, client).decrypt(ciphertext, owner)).toBe(secret);
  });

  it("decrypt a secret for no other organisation, also with a cached data key", async () => {
    const kms = memoryKms();
    const ciphertext = await encryptWith(kms);
    const { decrypt } = createDecryption(kms);
    expect(await decrypt(ciphertext, owner)).toBe(secret);
    await expect(decrypt(ciphertext, { ...owner, org_id: "org_2" })).rejects.toThrow("belongs to another endpoint");
    await expect(decrypt(ciphertext, { ...owner, endpoint_id: "wh_2" })).rejects.toThrow("belongs to another endpoint");
  });

  it("reject a ciphertext with any character changed, with an error that does not show it", async () => {
    const kms = memoryKms();
    const ciphertext = await encryptWith(kms);
    const { decrypt } = createDecryption(kms);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(ciphertext.length - 1),
        fc.constantFrom("A", "b", "9", "_", ".", "=", " "),
        async (at, other) => {
          fc.pre(ciphertext[at] !== other);
          const damaged = ciphertext.slice(0, at) + other + ciphertext.slice(at + 1);
          const error = await decrypt(damaged, owner).catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(Error);
          expect(String(error)).not.toContain(damaged.slice(3, 40));
          expect(error).not.toHaveProperty("cause");
        },
      ),
    );
  });

  it.each([
    ...["", "v2", "v2.a.b.c", "v2....", secret, "v1.AAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA"],
    ...["v2.AAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA.AAAA", "v2.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA"],
  ])("reject %j without a call of KMS", async (text) => {
    const kms = memoryKms();
    await expect(createDecryption(kms).decrypt(text, owner)).rejects.toThrow("damaged");
    expect(kms.calls().decrypted).toBe(0);
  });

  it("reject a ciphertext with a shortened tag", async () => {
    const kms = memoryKms();
    const [version, dataKey, nonce, tag = "", text] = (await encryptWith(kms)).split(".");
    const short = Buffer.from(tag, "base64url").subarray(0, 4).toString("base64url");
    const cut = [version, dataKey, nonce, short, text].join(".");
    await expect(createDecryption(kms).decrypt(cut, owner)).rejects.toThrow("damaged");
  });
});

describe("data keys of createSecretEncryption", () => {
  it("are one for all secrets of an organisation, each with a nonce of its own", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const encryptions = [1, 2, 3].map(() => createSecretEncryption(keyArn, store, kms.client));
    const ciphertext: string[] = [];
    for (const encryption of encryptions)
      for (let n = 0; n < 20; n++) ciphertext.push(await encryption.encrypt(secret, owner));
    const partsOf = (at: number) => new Set(ciphertext.map((text) => text.split(".")[at]));
    expect([partsOf(1).size, partsOf(2).size]).toEqual([1, 60]);
    expect(kms.calls()).toEqual({ created: 1, decrypted: 3 });
  });

  it("are one for an organisation whose first secrets several instances encrypt concurrently", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const encrypt = () => createSecretEncryption(keyArn, store, kms.client).encrypt(secret, owner);
    const ciphertext = await Promise.all(Array.from({ length: 8 }, encrypt));
    expect(new Set(ciphertext.map((text) => text.split(".")[1])).size).toBe(1);
    const { decrypt } = createDecryption(kms);
    for (const text of ciphertext) expect(await decrypt(text, owner)).toBe(secret);
  });

  it("are not shared by organisations", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const { encrypt } = createSecretEncryption(keyArn, store, kms.client);
    const ciphertext = await Promise.all(["org_1", "org_2"].map((org_id) => encrypt(secret, { ...owner, org_id })));
    expect(new Set(ciphertext.map((text) => text.split(".")[1])).size).toBe(2);
  });

  it("cost one call per hour and instance, however many endpoints an organisation has", async () => {
    const kms = memoryKms();
    const { encrypt } = createSecretEncryption(keyArn, memoryDataKeys(), kms.client);
    const owners = Array.from({ length: 1_000 }, (_, n) => ({ ...owner, endpoint_id: `wh_${n}` }));
    const ciphertext = await Promise.all(owners.map(async (one) => ({ text: await encrypt(secret, one), one })));
    kms.calls();
    const decryption = decryptionWithClock(kms);
    const decryptAll = () => Promise.all(ciphertext.map(async ({ text, one }) => decryption.decrypt(text, one)));
    expect(new Set(await decryptAll())).toEqual(new Set([secret]));
    decryption.advance(hourMs - 1);
    await decryptAll();
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
    decryption.advance(1);
    await decryptAll();
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
  });
});

describe("createSecretDecryption and its calls of KMS", () => {
  it("repeats a failed call for a data key at the next use", async () => {
    const kms = memoryKms();
    const ciphertext = await encryptWith(kms);
    const { decrypt } = createDecryption(kms);
    kms.send.mockImplementationOnce(async () => {
      throw namedError("ThrottlingException");
    });
    expect(await catchRejection(decrypt(ciphertext, owner))).toMatchObject({ code: "unavailable" });
    expect(await decrypt(ciphertext, owner)).toBe(secret);
  });

  it("sends only the organisation as the encryption context", async () => {
    const kms = memoryKms();
    await createDecryption(kms).decrypt(await encryptWith(kms), owner);
    const [command] = kms.send.mock.calls.at(-1) ?? [];
    if (!(command instanceof DecryptCommand)) throw new Error("The last call does not decrypt.");
    expect(command.input).toMatchObject({ KeyId: keyArn, EncryptionContext: { org_id: "org_1" } });
  });
});

describe("createSecretEncryption and createSecretDecryption when KMS fails", () => {
  const wellFormed = "v2.AAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA";

  it.each(["ThrottlingException", "TimeoutError"])("throw `unavailable` on a transient error: %s", async (name) => {
    const kms = memoryKms();
    kms.send.mockImplementation(async () => {
      throw namedError(name);
    });
    expect(await catchRejection(encryptWith(kms))).toMatchObject({ code: "unavailable" });
    expect(await catchRejection(createDecryption(kms).decrypt(wellFormed, owner))).toMatchObject({
      code: "unavailable",
    });
  });

  it.each(["AccessDeniedException", "DisabledException", "NotFoundException"])(
    "propagate a permanent error: %s",
    async (name) => {
      const kms = memoryKms();
      const defect = namedError(name);
      kms.send.mockImplementation(async () => {
        throw defect;
      });
      await expect(encryptWith(kms)).rejects.toBe(defect);
      await expect(createDecryption(kms).decrypt(wellFormed, owner)).rejects.toBe(defect);
    },
  );
});
