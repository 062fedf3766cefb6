import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { stageNames, stages } from "#infra/config.ts";
import { requireLogName } from "#infra/ledger/log-name.ts";
import { addStageStacks, plainId, templateOf } from "#test/support/infra/template.ts";

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

describe.each(stageNames)("the signing key of %s", (stage) => {
  const template = templateOf(stage);
  const keys = Object.entries(template.findResources("AWS::KMS::Key")).filter(
    ([, { Properties }]) => Properties.KeySpec,
  );

  it("is an Ed25519 key without rotation, which outlives the stack", () => {
    expect(keys).toHaveLength(1);
    const [[id, key] = ["", undefined]] = keys;
    expect(plainId(id)).toBe("ProofsSigningKey");
    expect(key?.Properties).toMatchObject({ KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" });
    expect(key?.Properties.EnableKeyRotation).toBeUndefined();
    expect([key?.DeletionPolicy, key?.UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
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
