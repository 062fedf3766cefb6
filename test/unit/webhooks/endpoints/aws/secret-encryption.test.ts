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

const sealedBy = ({ client }: Kms, over: Partial<typeof owner> = {}) =>
  createSecretEncryption(keyArn, memoryDataKeys(), client).encrypt(secret, { ...owner, ...over });
const openerOf = ({ client }: Kms) => createSecretDecryption(keyArn, client);

/** An opener whose clock can be moved. */
function clockedOpener({ client }: Kms) {
  let now = testNow;
  const opener = createSecretDecryption(keyArn, client, () => now);
  return {
    open: opener.decrypt,
    later(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

describe("a sealed secret", () => {
  it("is opened for its own endpoint, and shows nothing of the secret", async () => {
    const kms = memoryKms();
    const sealed = await sealedBy(kms);
    expect(sealed).toMatch(/^v2(\.[\w-]+){4}$/);
    expect(sealed).not.toContain(secret.slice(6, 20));
    expect(await openerOf(kms).decrypt(sealed, owner)).toBe(secret);
  });

  it.each([
    ["by KMS", false],
    ["by the cipher, were KMS to open its key", true],
  ])("is opened for no other endpoint or organisation: %s", async (_, careless) => {
    const kms = memoryKms({ careless });
    const sealed = await sealedBy(kms);
    for (const foreign of [
      { ...owner, endpoint_id: "wh_2" },
      { ...owner, org_id: "org_2" },
    ]) {
      await expect(openerOf(kms).decrypt(sealed, foreign)).rejects.toThrow(
        `A secret of endpoint ${foreign.endpoint_id} is damaged, or belongs to another endpoint.`,
      );
    }
  });

  it("is opened as what it was sealed as, and as nothing else", async () => {
    const kms = memoryKms();
    const { encrypt: seal } = createSecretEncryption(keyArn, memoryDataKeys(), kms.client);
    const { decrypt: open } = openerOf(kms);
    const [asSecret, asHeaders] = [await seal(secret, owner), await seal(secret, owner, "headers")];
    expect([await open(asSecret, owner), await open(asHeaders, owner, "headers")]).toEqual([secret, secret]);
    await expect(open(asSecret, owner, "headers")).rejects.toThrow("is damaged");
    await expect(open(asHeaders, owner)).rejects.toThrow("is damaged");
    expect(kms.calls()).toEqual({ created: 1, decrypted: 2 });
  });

  it("of an earlier release is still opened", async () => {
    const [dataKey, key, nonce] = ["AAAA", Buffer.alloc(32, 7), Buffer.alloc(12, 1)];
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from("v2\norg_1\nwh_1"));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    const parts = [nonce, cipher.getAuthTag(), text].map((part) => part.toString("base64url"));
    const { client, send } = memoryKms();
    send.mockImplementation(async () => ({ Plaintext: new Uint8Array(key) }));
    const sealed = ["v2", dataKey, ...parts].join(".");
    expect(await createSecretDecryption(keyArn, client).decrypt(sealed, owner)).toBe(secret);
  });

  it("is opened for no other organisation, also where its data key is remembered", async () => {
    const kms = memoryKms();
    const sealed = await sealedBy(kms);
    const { decrypt: open } = openerOf(kms);
    expect(await open(sealed, owner)).toBe(secret);
    await expect(open(sealed, { ...owner, org_id: "org_2" })).rejects.toThrow("belongs to another endpoint");
    await expect(open(sealed, { ...owner, endpoint_id: "wh_2" })).rejects.toThrow("belongs to another endpoint");
  });

  it("is not opened with any of its characters changed, and the error does not show it", async () => {
    const kms = memoryKms();
    const sealed = await sealedBy(kms);
    const { decrypt: open } = openerOf(kms);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sealed.length - 1),
        fc.constantFrom("A", "b", "9", "_", ".", "=", " "),
        async (at, other) => {
          fc.pre(sealed[at] !== other);
          const damaged = sealed.slice(0, at) + other + sealed.slice(at + 1);
          const error = await open(damaged, owner).catch((reason: unknown) => reason);
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
  ])("is not %j, which KMS is not asked about", async (text) => {
    const kms = memoryKms();
    await expect(openerOf(kms).decrypt(text, owner)).rejects.toThrow("damaged");
    expect(kms.calls().decrypted).toBe(0);
  });

  it("with a tag cut short is not opened", async () => {
    const kms = memoryKms();
    const [version, dataKey, nonce, tag = "", text] = (await sealedBy(kms)).split(".");
    const short = Buffer.from(tag, "base64url").subarray(0, 4).toString("base64url");
    const cut = [version, dataKey, nonce, short, text].join(".");
    await expect(openerOf(kms).decrypt(cut, owner)).rejects.toThrow("damaged");
  });
});

describe("an organisation", () => {
  it("has one data key for all its secrets, each with a nonce of its own", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const sealers = [1, 2, 3].map(() => createSecretEncryption(keyArn, store, kms.client));
    const sealed: string[] = [];
    for (const sealer of sealers) for (let n = 0; n < 20; n++) sealed.push(await sealer.encrypt(secret, owner));
    const partsOf = (at: number) => new Set(sealed.map((text) => text.split(".")[at]));
    expect([partsOf(1).size, partsOf(2).size]).toEqual([1, 60]);
    expect(kms.calls()).toEqual({ created: 1, decrypted: 3 });
  });

  it("has one data key also where several instances seal its first secrets concurrently", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const seal = () => createSecretEncryption(keyArn, store, kms.client).encrypt(secret, owner);
    const sealed = await Promise.all(Array.from({ length: 8 }, seal));
    expect(new Set(sealed.map((text) => text.split(".")[1])).size).toBe(1);
    const { decrypt: open } = openerOf(kms);
    for (const text of sealed) expect(await open(text, owner)).toBe(secret);
  });

  it("has a data key that no other has", async () => {
    const kms = memoryKms();
    const store = memoryDataKeys();
    const { encrypt: seal } = createSecretEncryption(keyArn, store, kms.client);
    const sealed = await Promise.all(["org_1", "org_2"].map((org_id) => seal(secret, { ...owner, org_id })));
    expect(new Set(sealed.map((text) => text.split(".")[1])).size).toBe(2);
  });

  it("costs one call an hour and instance, however many endpoints it has", async () => {
    const kms = memoryKms();
    const { encrypt: seal } = createSecretEncryption(keyArn, memoryDataKeys(), kms.client);
    const owners = Array.from({ length: 1_000 }, (_, n) => ({ ...owner, endpoint_id: `wh_${n}` }));
    const sealed = await Promise.all(owners.map(async (one) => ({ text: await seal(secret, one), one })));
    kms.calls();
    const opener = clockedOpener(kms);
    const openAll = () => Promise.all(sealed.map(async ({ text, one }) => opener.open(text, one)));
    expect(new Set(await openAll())).toEqual(new Set([secret]));
    opener.later(hourMs - 1);
    await openAll();
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
    opener.later(1);
    await openAll();
    expect(kms.calls()).toEqual({ created: 0, decrypted: 1 });
  });
});

describe("an opened data key", () => {
  it("that could not be had is asked for again", async () => {
    const kms = memoryKms();
    const sealed = await sealedBy(kms);
    const { decrypt: open } = openerOf(kms);
    kms.send.mockImplementationOnce(async () => {
      throw namedError("ThrottlingException");
    });
    expect(await catchRejection(open(sealed, owner))).toMatchObject({ code: "unavailable" });
    expect(await open(sealed, owner)).toBe(secret);
  });

  it("is asked for in the context of its organisation alone", async () => {
    const kms = memoryKms();
    await openerOf(kms).decrypt(await sealedBy(kms), owner);
    const [command] = kms.send.mock.calls.at(-1) ?? [];
    if (!(command instanceof DecryptCommand)) throw new Error("The last call does not decrypt.");
    expect(command.input).toMatchObject({ KeyId: keyArn, EncryptionContext: { org_id: "org_1" } });
  });
});

describe("an error of KMS", () => {
  const wellFormed = "v2.AAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAA";

  it.each(["ThrottlingException", "TimeoutError"])("that is transient is unavailable: %s", async (name) => {
    const kms = memoryKms();
    kms.send.mockImplementation(async () => {
      throw namedError(name);
    });
    expect(await catchRejection(sealedBy(kms))).toMatchObject({ code: "unavailable" });
    expect(await catchRejection(openerOf(kms).decrypt(wellFormed, owner))).toMatchObject({ code: "unavailable" });
  });

  it.each(["AccessDeniedException", "DisabledException", "NotFoundException"])(
    "that is permanent is thrown on as it is: %s",
    async (name) => {
      const kms = memoryKms();
      const defect = namedError(name);
      kms.send.mockImplementation(async () => {
        throw defect;
      });
      await expect(sealedBy(kms)).rejects.toBe(defect);
      await expect(openerOf(kms).decrypt(wellFormed, owner)).rejects.toBe(defect);
    },
  );
});
