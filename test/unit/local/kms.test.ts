import { createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";
import { kmsPermissions } from "#infra/local/iam/permissions/kms-permissions.ts";
import { resourcePolicies } from "#infra/local/iam/policies.ts";
import { openKmsKeys } from "#infra/local/kms/keys.ts";
import { createKmsOperations } from "#infra/local/kms/operations.ts";
import { createResources } from "#infra/local/template/resources.ts";

const where = { account: "000000000000", region: "us-east-1" };
const arn = "arn:aws:kms:us-east-1:000000000000:key/Secrets";
const signingArn = "arn:aws:kms:us-east-1:000000000000:key/Signing";

type Definition = { Type: string; Properties: Record<string, unknown> };

function resourcesOf(over: Record<string, Definition> = {}, key: Record<string, unknown> = {}) {
  const Resources = {
    Secrets: { Type: "AWS::KMS::Key", Properties: key },
    Other: { Type: "AWS::KMS::Key", Properties: {} },
    Signing: { Type: "AWS::KMS::Key", Properties: { KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" } },
    Alias: {
      Type: "AWS::KMS::Alias",
      Properties: { AliasName: "alias/secrets", TargetKeyId: { "Fn::GetAtt": ["Secrets", "Arn"] } },
    },
    ...over,
  };
  const place = { ...where, stackName: "test", api: "", services: "", streamLabels: new Map<string, string>() };
  return createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place);
}

async function aKms({ data, over }: { data?: string; over?: Record<string, Definition> } = {}) {
  const keys = await openKmsKeys({ resources: resourcesOf(over), awsEnvironment: where, data, randomBytes });
  const kms = createKmsOperations(keys, randomBytes);
  const ask = (operation: string, body: unknown) => {
    const answer = kms(operation, body);
    if (answer.kind === "fault") throw new Error(`${operation}: ${answer.code}`);
    return Object.fromEntries(Object.entries(answer.output).map(([name, value]) => [name, String(value)]));
  };
  const fault = (operation: string, body: unknown) => {
    const answer = kms(operation, body);
    return answer.kind === "fault" ? answer.code : "no fault";
  };
  return { keys, ask, fault };
}

const EncryptionContext = { org_id: "org_1", endpoint_id: "wh_1" };
const base64 = (text: string) => Buffer.from(text).toString("base64");
const signRequest = {
  KeyId: "Signing",
  Message: base64("text"),
  MessageType: "RAW",
  SigningAlgorithm: "ED25519_SHA_512",
};

describe("KMS", () => {
  it.each(["Secrets", arn, "alias/secrets", "arn:aws:kms:us-east-1:000000000000:alias/secrets"])(
    "returns a data key for %s, and decrypts its ciphertext",
    async (KeyId) => {
      const { ask } = await aKms();
      const made = ask("GenerateDataKey", { KeyId, KeySpec: "AES_256", EncryptionContext });
      expect(made.KeyId).toBe(arn);
      expect(Buffer.from(made.Plaintext ?? "", "base64")).toHaveLength(32);
      const context = { endpoint_id: "wh_1", org_id: "org_1" };
      const { CiphertextBlob } = made;
      expect(ask("Decrypt", { CiphertextBlob, EncryptionContext: context })).toEqual({
        KeyId: arn,
        Plaintext: made.Plaintext,
        EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      });
    },
  );

  it("returns a data key without plaintext, whose ciphertext can be decrypted", async () => {
    const { ask } = await aKms();
    const request = { KeyId: "Secrets", KeySpec: "AES_256", EncryptionContext };
    const { CiphertextBlob, ...rest } = ask("GenerateDataKeyWithoutPlaintext", request);
    expect(rest).toEqual({ KeyId: arn });
    const { Plaintext = "" } = ask("Decrypt", { CiphertextBlob, EncryptionContext });
    expect(Buffer.from(Plaintext, "base64")).toHaveLength(32);
  });

  it.each(["__proto__", "constructor"])("accepts the key %s in an encryption context", async (key) => {
    const { keys, ask, fault } = await aKms();
    const context = JSON.parse(`{"${key}":"x"}`);
    const { CiphertextBlob } = ask("Encrypt", { KeyId: "Secrets", Plaintext: base64("x"), EncryptionContext: context });
    expect(ask("Decrypt", { CiphertextBlob, EncryptionContext: context }).Plaintext).toBe(base64("x"));
    expect(fault("Decrypt", { CiphertextBlob })).toBe("InvalidCiphertextException");
    const granted = kmsPermissions("Decrypt", { CiphertextBlob, EncryptionContext: context }, keys);
    expect(granted[0]?.context).toMatchObject({ "kms:EncryptionContextKeys": [key] });
  });

  it("decrypts only unmodified ciphertexts with the same context", async () => {
    const { ask, fault } = await aKms();
    const context = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
    const plaintext = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        context,
        context,
        plaintext,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (mine, other, text, at, flip) => {
          const Plaintext = text.toString("base64");
          const { CiphertextBlob = "" } = ask("Encrypt", { KeyId: "Secrets", Plaintext, EncryptionContext: mine });
          expect(ask("Decrypt", { CiphertextBlob, EncryptionContext: mine }).Plaintext).toBe(Plaintext);
          const isSame = JSON.stringify(Object.entries(mine).sort()) === JSON.stringify(Object.entries(other).sort());
          expect(fault("Decrypt", { CiphertextBlob, EncryptionContext: other })).toBe(
            isSame ? "no fault" : "InvalidCiphertextException",
          );
          const damaged = Buffer.from(CiphertextBlob, "base64");
          const index = at % damaged.length;
          damaged[index] = (damaged[index] ?? 0) ^ flip;
          expect(fault("Decrypt", { CiphertextBlob: damaged.toString("base64"), EncryptionContext: mine })).toBe(
            "InvalidCiphertextException",
          );
        },
      ),
    );
  });

  it.each([
    ["GenerateDataKey", { KeyId: "Unknown", KeySpec: "AES_256" }, "NotFoundException"],
    ["GenerateDataKey", { KeyId: "alias/unknown", KeySpec: "AES_256" }, "NotFoundException"],
    ["GenerateDataKey", { KeyId: arn.replace("us-east-1", "eu-west-1"), KeySpec: "AES_256" }, "NotFoundException"],
    ["GenerateDataKey", { KeyId: "Secrets" }, "ValidationException"],
    ["GenerateDataKey", { KeyId: "Secrets", KeySpec: "AES_256", NumberOfBytes: 32 }, "ValidationException"],
    ["GenerateDataKey", { KeyId: "Secrets", NumberOfBytes: 1_025 }, "ValidationException"],
    ["GenerateDataKey", { KeyId: "Secrets", NumberOfBytes: 1_024 }, "no fault"],
    ["GenerateDataKeyWithoutPlaintext", { KeyId: "Unknown", KeySpec: "AES_256" }, "NotFoundException"],
    ["Encrypt", { KeyId: "Secrets", Plaintext: base64("x".repeat(4_096)) }, "no fault"],
    ["Encrypt", { KeyId: "Secrets", Plaintext: base64("x".repeat(4_097)) }, "ValidationException"],
    ["Encrypt", { KeyId: "Secrets", Plaintext: "" }, "ValidationException"],
    ["Encrypt", { KeyId: "Secrets", Plaintext: base64("x"), EncryptionContext: { n: 1 } }, "ValidationException"],
    ["Decrypt", { CiphertextBlob: base64("x") }, "InvalidCiphertextException"],
    ["Decrypt", { CiphertextBlob: base64(`${arn}\0short`) }, "InvalidCiphertextException"],
    ["Decrypt", { KeyId: "Unknown", CiphertextBlob: base64("x") }, "NotFoundException"],
    ["Encrypt", { KeyId: "Signing", Plaintext: base64("x") }, "InvalidKeyUsageException"],
    ["GenerateDataKey", { KeyId: "Signing", KeySpec: "AES_256" }, "InvalidKeyUsageException"],
    ["Decrypt", { KeyId: "Signing", CiphertextBlob: base64("x") }, "InvalidKeyUsageException"],
    [
      "Decrypt",
      { CiphertextBlob: base64(`${arn.replace("Secrets", "Signing")}\0short`) },
      "InvalidCiphertextException",
    ],
    ["Sign", { ...signRequest, Message: base64("x".repeat(4_096)) }, "no fault"],
    ["Sign", { ...signRequest, Message: base64("x".repeat(4_097)) }, "ValidationException"],
    ["Sign", { ...signRequest, Message: "" }, "ValidationException"],
    ["Sign", { ...signRequest, MessageType: "DIGEST" }, "ValidationException"],
    ["Sign", { ...signRequest, SigningAlgorithm: "ED25519_PH_SHA_512", MessageType: "DIGEST" }, "ValidationException"],
    ["Sign", { ...signRequest, SigningAlgorithm: "ECDSA_SHA_256" }, "InvalidKeyUsageException"],
    ["Sign", { ...signRequest, SigningAlgorithm: undefined }, "ValidationException"],
    ["Sign", { ...signRequest, KeyId: "Secrets" }, "InvalidKeyUsageException"],
    ["Sign", { ...signRequest, KeyId: "Unknown" }, "NotFoundException"],
    ["GetPublicKey", { KeyId: "Secrets" }, "UnsupportedOperationException"],
    ["GetPublicKey", { KeyId: "Unknown" }, "NotFoundException"],
    ["ReEncrypt", {}, "UnknownOperationException"],
  ])("%s %j: %s", async (operation, body, expected) => {
    expect((await aKms()).fault(operation, body)).toBe(expected);
  });

  it("signs a message with Ed25519, and returns the public key that verifies it", async () => {
    const { ask } = await aKms();
    const { Signature = "", ...signed } = ask("Sign", signRequest);
    expect(signed).toEqual({ KeyId: signingArn, SigningAlgorithm: "ED25519_SHA_512" });
    const { PublicKey = "", ...described } = ask("GetPublicKey", { KeyId: signingArn });
    expect(described).toMatchObject({ KeyId: signingArn, KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" });
    const key = createPublicKey({ key: Buffer.from(PublicKey, "base64"), format: "der", type: "spki" });
    expect(key.asymmetricKeyType).toBe("ed25519");
    const isValid = (text: string) => verify(null, Buffer.from(text), key, Buffer.from(Signature, "base64"));
    expect([isValid("text"), isValid("other text")]).toEqual([true, false]);
  });

  it("throws for a signing key with rotation, which KMS refuses", async () => {
    const Properties = { KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY", EnableKeyRotation: true };
    const over = { Rotated: { Type: "AWS::KMS::Key", Properties } };
    await expect(aKms({ over })).rejects.toThrow("The local runtime cannot host Rotated (AWS::KMS::Key)");
  });

  it("rejects a ciphertext of a different key", async () => {
    const { ask, fault } = await aKms();
    const { CiphertextBlob } = ask("Encrypt", { KeyId: "Other", Plaintext: base64("x") });
    expect(fault("Decrypt", { KeyId: "Other", CiphertextBlob })).toBe("no fault");
    expect(fault("Decrypt", { KeyId: "alias/secrets", CiphertextBlob })).toBe("IncorrectKeyException");
  });

  it("stores its keys in the data folder, readable by the owner only", async () => {
    const data = mkdtempSync(join(tmpdir(), "kms-"));
    onTestFinished(() => rmSync(data, { recursive: true }));
    const { CiphertextBlob } = (await aKms({ data })).ask("Encrypt", { KeyId: "Secrets", Plaintext: base64("kept") });
    expect((await aKms({ data })).ask("Decrypt", { CiphertextBlob }).Plaintext).toBe(base64("kept"));
    expect((await aKms()).fault("Decrypt", { CiphertextBlob })).toBe("InvalidCiphertextException");
    const publicKey = async () => (await aKms({ data })).ask("GetPublicKey", { KeyId: "Signing" }).PublicKey;
    expect(await publicKey()).toBe(await publicKey());
    const file = join(data, "Secrets.kms-key");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, "cut");
    await expect(aKms({ data })).rejects.toThrow(`its file ${file} is not the key`);
  });

  it("throws for an alias of a missing key", async () => {
    const Properties = { AliasName: "alias/x", TargetKeyId: "gone" };
    await expect(aKms({ over: { Stray: { Type: "AWS::KMS::Alias", Properties } } })).rejects.toThrow(
      "Stray names gone, which is no key of the template.",
    );
  });
});

describe("KMS permissions", () => {
  it("are evaluated for the ARN of the key, with the encryption context", async () => {
    const { keys, ask } = await aKms();
    const context = {
      "kms:EncryptionContext:org_id": "org_1",
      "kms:EncryptionContext:endpoint_id": "wh_1",
      "kms:EncryptionContextKeys": ["org_id", "endpoint_id"],
    };
    expect(kmsPermissions("GenerateDataKey", { KeyId: "alias/secrets", EncryptionContext }, keys)).toEqual([
      { action: "kms:GenerateDataKey", resource: arn, context },
    ]);
    const { CiphertextBlob } = ask("Encrypt", { KeyId: "Secrets", Plaintext: base64("x") });
    expect(kmsPermissions("Decrypt", { CiphertextBlob }, keys)).toEqual([
      { action: "kms:Decrypt", resource: arn, context: {} },
    ]);
    expect(kmsPermissions("Decrypt", { CiphertextBlob: base64("x") }, keys)).toEqual([]);
  });

  const statement = (Action: string, Condition = {}) => ({ Effect: "Allow", Action, Resource: arn, Condition });
  const only = (org: string) => ({ StringEquals: { "kms:EncryptionContext:org_id": org } });
  const root = (Action: string) => ({
    KeyPolicy: {
      Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action, Resource: "*" }],
    },
  });
  const bound = { "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["org_id"] } };

  /** As the functions of webhooks have it. */
  const ofAnOrganisation = { ...bound, Null: { "kms:EncryptionContext:org_id": "false" } };

  it.each([
    [{ org_id: "org_1" }, true],
    [{ org_id: "org_1", endpoint_id: "wh_1" }, false],
    [{ endpoint_id: "wh_1" }, false],
    [{}, false],
  ])("with a condition on the context of an organisation allow %j: %s", async (context, allowed) => {
    const authorize = createAuthorizer(resourcePolicies(resourcesOf(), where), where.account);
    const { keys } = await aKms();
    const [access] = kmsPermissions("Decrypt", { KeyId: arn, EncryptionContext: context }, keys);
    if (access === undefined) throw new Error("The key was not found.");
    const policy = { Version: "2012-10-17", Statement: [statement("kms:Decrypt", ofAnOrganisation)] };
    const principal = { arn: "arn:aws:sts::000000000000:assumed-role/Role/Fn", policies: [{ name: "use", policy }] };
    expect((await authorize(principal, access)) === undefined).toBe(allowed);
  });

  it.each([
    [{}, true],
    [{ SigningAlgorithm: "ED25519_PH_SHA_512" }, false],
    [{ MessageType: "DIGEST" }, false],
    [{ MessageType: undefined }, false],
  ])("with conditions on the algorithm and the type of message allow Sign with %j: %s", async (over, allowed) => {
    const authorize = createAuthorizer(resourcePolicies(resourcesOf(), where), where.account);
    const [access] = kmsPermissions("Sign", { ...signRequest, ...over }, (await aKms()).keys);
    if (access === undefined) throw new Error("The key was not found.");
    const Condition = {
      StringEquals: { "kms:SigningAlgorithm": "ED25519_SHA_512", "kms:MessageType": "RAW" },
    };
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "kms:Sign", Resource: signingArn, Condition }],
    };
    const principal = { arn: "arn:aws:sts::000000000000:assumed-role/Role/Fn", policies: [{ name: "use", policy }] };
    expect((await authorize(principal, access)) === undefined).toBe(allowed);
  });

  it.each([
    ["an identity policy allows it", [statement("kms:Decrypt")], {}, true],
    ["only another action is allowed", [statement("kms:Encrypt")], {}, false],
    ["nothing is", [], {}, false],
    ["the key policy leaves it to the account", [statement("kms:Decrypt")], root("kms:*"), true],
    ["the key policy leaves something else to it", [statement("kms:Decrypt")], root("kms:Encrypt"), false],
    ["the context is as the policy asks", [statement("kms:Decrypt", only("org_1"))], {}, true],
    ["the context is another", [statement("kms:Decrypt", only("org_2"))], {}, false],
    ["the context has more than the policy names", [statement("kms:Decrypt", bound)], {}, false],
  ])("where %s", async (_, Statement, key, allowed) => {
    const resources = resourcesOf({}, key);
    const authorize = createAuthorizer(resourcePolicies(resources, where), where.account);
    const { keys } = await aKms();
    const principal = {
      arn: "arn:aws:sts::000000000000:assumed-role/Role/Fn",
      policies: [{ name: "use", policy: { Version: "2012-10-17", Statement } }],
    };
    const [access] = kmsPermissions("Decrypt", { KeyId: arn, EncryptionContext }, keys);
    if (access === undefined) throw new Error("The key was not found.");
    expect((await authorize(principal, access)) === undefined).toBe(allowed);
  });
});
