import { App } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { stageNames, stages } from "#infra/config.ts";
import { requireLogName } from "#infra/ledger/log-name.ts";
import { requireSigningKeys, type SigningKeySettings } from "#infra/ledger/signing-key-settings.ts";
import { stageWithAddress } from "#test/support/infra/full-stage.ts";
import { addStageStacks, plainId, templateOf } from "#test/support/infra/template.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

describe("the name of the logs", () => {
  it("is different for each stage", () => {
    const names = stageNames.map((name) => stages[name].trust.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(["activity.example.com", "activity-log-dev", "example.com/activity"])("can be %s", (name) => {
    expect(requireLogName("prod", { name })).toBe(name);
  });

  it.each(["", "Example.com", "https://example.com", "example.com/", "a b", "a+b", "-x", "x".repeat(101)])(
    "cannot be '%s'",
    (name) => {
      expect(() => requireLogName("prod", { name })).toThrow("prod has a malformed name for its logs");
    },
  );

  it("is required", () => {
    const stage = { ...stages.prod, alarmEmail: "operators@example.com", trust: { ...stages.prod.trust, name: null } };
    expect(() => addStageStacks(new App(), "prod", stage)).toThrow(
      "activity-log-prod has no name for its logs. Set trust.name in infra/config.ts",
    );
  });
});

const first: SigningKeySettings = { id: "First", from: null, until: "2027-04-01T00:00:00Z", lostKey: null };
const second: SigningKeySettings = { id: "Second", from: "2027-03-01T00:00:00Z", until: null, lostKey: null };
const lostKey = trustVectors.verification_key;

describe("requireSigningKeys", () => {
  it("returns keys of which always one signs", () => {
    expect(requireSigningKeys("prod", [first, second]).map(({ until }) => until?.toISOString())).toEqual([
      "2027-04-01T00:00:00.000Z",
      undefined,
    ]);
    expect(requireSigningKeys("prod", [{ ...first, lostKey }, second])[0]?.lostKey).toHaveLength(32);
  });

  it.each<[string, SigningKeySettings[]]>([
    ["Two signing keys have the same id.", [first, { ...second, id: "First" }]],
    ["No signing key signs from the beginning (from: null).", [second]],
    ["No signing key signs from the beginning (from: null).", []],
    ["From 2027-04-01T00:00:00.000Z on, when First ends, no key would sign.", [first]],
    ["when First ends, no key would sign.", [first, { ...second, from: "2027-04-01T00:00:01Z" }]],
    ["when Second ends, no key would sign.", [first, { ...second, until: "2028-01-01T00:00:00Z" }]],
    ["when First ends, no key would sign.", [first, { ...second, until: "2028-01-01T00:00:00Z", lostKey }]],
    ["tomorrow is not a time in UTC.", [{ ...first, until: "tomorrow" }, second]],
    ["2027-04-01 is not a time in UTC.", [{ ...first, until: "2027-04-01" }, second]],
    ["The key Second ends before it begins.", [first, { ...second, until: "2027-02-01T00:00:00Z" }]],
    ["The key First is lost, so it needs the time until which it signed.", [{ ...first, until: null, lostKey }]],
    ["The id a-b of a signing key is not of letters and digits.", [{ ...first, id: "a-b" }, second]],
  ])("throws '%s'", (message, keys) => {
    expect(() => requireSigningKeys("prod", keys)).toThrow(message);
  });
});

describe("a key that follows another", () => {
  const stage = stageWithAddress("prod");
  const templateWith = (keys: readonly SigningKeySettings[]) => templateOf("prod", { trust: { ...stage.trust, keys } });
  const signingKeys = (template: Template) =>
    Object.values(template.findResources("AWS::KMS::Key", { Properties: { KeyUsage: "SIGN_VERIFY" } }));
  const environments = (template: Template) =>
    Object.values(template.findResources("AWS::Lambda::Function")).flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.SIGNING_KEYS ?? [],
    );

  it("is given to functions with its times, and the policy of the former key ends its time for all", () => {
    const template = templateWith([first, second]);
    const [former, next] = signingKeys(template).map(({ Properties }) => Properties.KeyPolicy.Statement);
    const end = { DateGreaterThanEquals: { "aws:CurrentTime": "2027-04-01T00:00:00.000Z" } };
    expect(former).toContainEqual(
      expect.objectContaining({ Effect: "Deny", Action: "kms:Sign", Principal: { AWS: "*" }, Condition: end }),
    );
    expect(next.map(({ Sid }: { Sid?: string }) => Sid)).toEqual([undefined, "DenyOtherSigners"]);
    const texts = environments(template).map((value) => JSON.stringify(value).replaceAll("\\", ""));
    expect(texts).toHaveLength(3);
    for (const text of texts) {
      expect(text).toContain('"from":null,"until":"2027-04-01T00:00:00.000Z","arn":');
      expect(text).toContain('"from":"2027-03-01T00:00:00.000Z","until":null,"arn":');
    }
  });

  it("follows a lost key, which stays as a public key", () => {
    const template = templateWith([{ ...first, lostKey }, second]);
    expect(signingKeys(template)).toHaveLength(1);
    const [key] = requireSigningKeys("prod", [{ ...first, lostKey }, second]);
    expect(JSON.stringify(environments(template)[0])).toContain(Buffer.from(key?.lostKey ?? []).toString("base64"));
  });
});

describe.each(stageNames)("the signing key of %s", (stage) => {
  const template = templateOf(stage);
  const keys = Object.entries(template.findResources("AWS::KMS::Key")).filter(
    ([, { Properties }]) => Properties.KeySpec,
  );

  it("is an Ed25519 key without rotation, which outlives the stack", () => {
    expect(keys).toHaveLength(1);
    const [[id, key] = ["", undefined]] = keys;
    expect(plainId(id)).toBe("ProofsSigningKeysFirst");
    expect(key?.Properties).toMatchObject({ KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" });
    expect(key?.Properties.EnableKeyRotation).toBeUndefined();
    expect([key?.DeletionPolicy, key?.UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
  });

  it("signs for the roles of signers only, also if others have the permission", () => {
    const [statement] = keys.flatMap(([, { Properties }]) =>
      Properties.KeyPolicy.Statement.filter(({ Sid }: { Sid?: string }) => Sid === "DenyOtherSigners"),
    );
    expect(statement).toMatchObject({ Effect: "Deny", Action: "kms:Sign", Principal: { AWS: "*" } });
    const paths = JSON.stringify(statement.Condition.ArnNotLike["aws:PrincipalArn"]);
    expect(paths).toContain("/checkpoint-signers/*");
    expect(paths).toContain("/ledger-writers/*");
  });

  it("pages operators when it is disabled, deleted or given to others", () => {
    const [id = ""] = keys.map(([name]) => name);
    const rules = Object.values(template.findResources("AWS::Events::Rule"));
    const patterns = rules.flatMap(({ Properties }) => Properties.EventPattern?.detail ?? []);
    expect(patterns).toMatchObject([
      {
        eventName: expect.arrayContaining(["DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"]),
        requestParameters: { keyId: [{ Ref: id }, { "Fn::GetAtt": [id, "Arn"] }] },
      },
    ]);
  });
});
