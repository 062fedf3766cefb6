import { randomBytes } from "node:crypto";
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { secretBox } from "../../../shared/lambda/secret-box.ts";
import { testNow } from "../../support/builders.ts";
import { refusalOf } from "../../support/refusal.ts";

const keyArn = "arn:aws:kms:us-east-1:000000000000:key/1";
const secret = "whsec_bm90IGEgc2VjcmV0LCBidXQgdGhpcnR5LXR3byBieXRlcw==";
const owner = { org_id: "org_1", endpoint_id: "wh_1" };

const named = (name: string) => Object.assign(new Error("detail"), { name });

/** Stands where KMS would: data keys open only in the context that they were made in, unless it is careless. */
function aKms({ careless = false } = {}) {
  const dataKeys = new Map<string, { key: Buffer; context: string }>();
  const given: Uint8Array[] = [];
  const client = new KMSClient({ region: "us-east-1" });
  const contextOf = (context: unknown) => (careless ? "" : JSON.stringify(context));
  const send = vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    const give = (key: Buffer) => {
      const copy = new Uint8Array(key);
      given.push(copy);
      return copy;
    };
    if (command instanceof GenerateDataKeyCommand) {
      expect(command.input).toMatchObject({ KeyId: keyArn, KeySpec: "AES_256" });
      const [key, blob] = [randomBytes(32), randomBytes(64)];
      dataKeys.set(blob.toString("hex"), { key, context: contextOf(command.input.EncryptionContext) });
      return { Plaintext: give(key), CiphertextBlob: new Uint8Array(blob) };
    }
    if (!(command instanceof DecryptCommand)) throw new Error("KMS is asked for something else.");
    const known = dataKeys.get(Buffer.from(command.input.CiphertextBlob ?? []).toString("hex"));
    if (command.input.KeyId !== keyArn || known?.context !== contextOf(command.input.EncryptionContext)) {
      throw named("InvalidCiphertextException");
    }
    return { Plaintext: give(known.key) };
  });
  return { client, send, given };
}

async function sealedBy({ client }: ReturnType<typeof aKms>): Promise<string> {
  return secretBox(keyArn, client).seal(secret, owner);
}

describe("a sealed secret", () => {
  it("is opened for its own endpoint, and shows nothing of the secret", async () => {
    const kms = aKms();
    const sealed = await sealedBy(kms);
    expect(sealed).toMatch(/^v1(\.[\w-]+){4}$/);
    expect(sealed).not.toContain(secret.slice(6, 20));
    expect(await secretBox(keyArn, kms.client).open(sealed, owner)).toBe(secret);
    expect(await sealedBy(kms)).not.toBe(sealed);
  });

  it.each([
    ["by KMS", false],
    ["by the cipher, were KMS to open its key", true],
  ])("is opened for no other endpoint or organisation: %s", async (_, careless) => {
    const kms = aKms({ careless });
    const sealed = await sealedBy(kms);
    for (const foreign of [
      { ...owner, endpoint_id: "wh_2" },
      { ...owner, org_id: "org_2" },
    ]) {
      await expect(secretBox(keyArn, kms.client).open(sealed, foreign)).rejects.toThrow(
        `A secret of endpoint ${foreign.endpoint_id} is damaged, or belongs to another endpoint.`,
      );
    }
  });

  it("is not opened with any of its characters changed, and the error does not show it", async () => {
    const kms = aKms();
    const sealed = await sealedBy(kms);
    const box = secretBox(keyArn, kms.client);
    // The last character of a part may hold bits that no byte has.
    const places = [...sealed].flatMap((_, at) => (/^[\w-]{2}/.test(sealed.slice(at)) ? [at] : []));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom("A", "b", "9", "_", "."), async (at, other) => {
        fc.pre(sealed[at] !== other);
        const damaged = sealed.slice(0, at) + other + sealed.slice(at + 1);
        const error = await box.open(damaged, owner).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(Error);
        expect(String(error)).not.toContain(damaged.slice(3, 40));
      }),
    );
  });

  it.each(["", "v1", "v1.a.b.c", "v2.a.b.c.d", "v1.a.b.c.d.e", "v1....", secret])("is not %j", async (text) => {
    const kms = aKms();
    await expect(secretBox(keyArn, kms.client).open(text, owner)).rejects.toThrow("damaged");
  });

  it("with a tag cut short is not opened", async () => {
    const kms = aKms();
    const [version, dataKey, nonce, tag = "", text] = (await sealedBy(kms)).split(".");
    const short = Buffer.from(tag, "base64url").subarray(0, 4).toString("base64url");
    const cut = [version, dataKey, nonce, short, text].join(".");
    await expect(secretBox(keyArn, kms.client).open(cut, owner)).rejects.toThrow("damaged");
  });
});

it("no data key stays in memory", async () => {
  const kms = aKms();
  await secretBox(keyArn, kms.client).open(await sealedBy(kms), owner);
  expect(kms.given).toHaveLength(2);
  for (const key of kms.given) expect(key).toEqual(new Uint8Array(32));
});

describe("an opened secret", () => {
  it("is remembered for five minutes, for its own endpoint only", async () => {
    const kms = aKms();
    const sealed = await sealedBy(kms);
    kms.send.mockClear();
    let now = testNow;
    const box = secretBox(keyArn, kms.client, () => now);
    await Promise.all([box.open(sealed, owner), box.open(sealed, owner)]);
    now = new Date(testNow.getTime() + 299_999);
    expect(await box.open(sealed, owner)).toBe(secret);
    expect(kms.send).toHaveBeenCalledTimes(1);
    await expect(box.open(sealed, { ...owner, org_id: "org_2" })).rejects.toThrow("belongs to another endpoint");
    kms.send.mockClear();
    now = new Date(testNow.getTime() + 300_000);
    expect(await box.open(sealed, owner)).toBe(secret);
    expect(kms.send).toHaveBeenCalledTimes(1);
  });

  it("is forgotten when a thousand others have come after it", async () => {
    const kms = aKms();
    const box = secretBox(keyArn, kms.client, () => testNow);
    const sealed = await Promise.all(Array.from({ length: 1_001 }, () => box.seal(secret, owner)));
    for (const text of sealed) await box.open(text, owner);
    const calls = async (text: string) => {
      kms.send.mockClear();
      await box.open(text, owner);
      return kms.send.mock.calls.length;
    };
    expect(await calls(sealed[1_000] ?? "")).toBe(0);
    expect(await calls(sealed[1] ?? "")).toBe(0);
    expect(await calls(sealed[0] ?? "")).toBe(1);
  });

  it("that could not be opened is asked for again", async () => {
    const kms = aKms();
    const sealed = await sealedBy(kms);
    const box = secretBox(keyArn, kms.client);
    kms.send.mockImplementationOnce(async () => {
      throw named("ThrottlingException");
    });
    expect(await refusalOf(box.open(sealed, owner))).toMatchObject({ code: "unavailable" });
    expect(await box.open(sealed, owner)).toBe(secret);
  });
});

describe("trouble with KMS", () => {
  it.each(["ThrottlingException", "TimeoutError"])("that passes is unavailable: %s", async (name) => {
    const { client, send } = aKms();
    send.mockImplementation(async () => {
      throw named(name);
    });
    expect(await refusalOf(secretBox(keyArn, client).seal(secret, owner))).toMatchObject({ code: "unavailable" });
    expect(await refusalOf(secretBox(keyArn, client).open("v1.a.b.c.d", owner))).toMatchObject({ code: "unavailable" });
  });

  it.each(["AccessDeniedException", "DisabledException", "NotFoundException"])(
    "that stays is a defect, thrown on as it is: %s",
    async (name) => {
      const { client, send } = aKms();
      const defect = named(name);
      send.mockImplementation(async () => {
        throw defect;
      });
      await expect(secretBox(keyArn, client).seal(secret, owner)).rejects.toBe(defect);
      await expect(secretBox(keyArn, client).open("v1.a.b.c.d", owner)).rejects.toBe(defect);
    },
  );
});
