import { describe, expect, it } from "vitest";
import type { CloudFormationTemplate } from "#test/deploy/emulator/cloud-template.ts";
import { adapt, reduceAll, withApiUrl } from "#test/deploy/emulator/emulator-template.ts";

const query = { Type: "AWS::Logs::QueryDefinition", Properties: { Name: "by-actor" } };
const mathAlarm = { Type: "AWS::CloudWatch::Alarm", Properties: { Metrics: [{ Expression: "a/b" }] } };
const plainAlarm = { Type: "AWS::CloudWatch::Alarm", Properties: { MetricName: "Errors" } };
const queue = { Type: "AWS::SQS::Queue" };

function templateWith(Resources: CloudFormationTemplate["Resources"]): CloudFormationTemplate {
  return { Description: "d", Resources, Outputs: { QueueIngest: { Value: { Ref: "Queue" } } } };
}

const selection = { Type: "AWS::Backup::BackupSelection" };

describe("reduceAll and withApiUrl", () => {
  it("remove exactly the unsupported resources, and count them", () => {
    const dev = { Query: query, Other: query, MathAlarm: mathAlarm, PlainAlarm: plainAlarm, Queue: queue };
    const prod = { Query: query, Selection: selection, Queue: queue };
    expect(reduceAll({ dev: templateWith(dev), prod: templateWith(prod) })).toEqual({
      dev: {
        template: templateWith({ PlainAlarm: plainAlarm, Queue: queue }),
        counts: { "saved queries": 2, "alarms with metric math": 1 },
      },
      prod: { template: templateWith({ Queue: queue }), counts: { "saved queries": 1, "backup selections": 1 } },
    });
  });

  it("throw when a listed omission no longer exists", () => {
    const dev = templateWith({ Query: query, Selection: selection, Queue: queue });
    expect(() => reduceAll({ dev, prod: dev })).toThrow(
      "No template has alarms with metric math: take them off the list",
    );
  });

  it("throw when a remaining resource refers to a removed one", () => {
    const dependent = { ...queue, DependsOn: ["Query"] };
    const dev = templateWith({ Query: query, MathAlarm: mathAlarm, Selection: selection, Queue: dependent });
    expect(() => reduceAll({ dev })).toThrow("What stays needs what is left out: Query.");
  });

  it("replace the URL of the API", () => {
    const template = templateWith({ Queue: queue });
    expect(withApiUrl(template, "https://127.0.0.1:4000").Outputs).toEqual({
      ...template.Outputs,
      ApiUrl: { Value: "https://127.0.0.1:4000" },
    });
  });
});

function policyOf(...Statement: object[]) {
  return { Type: "AWS::IAM::Policy", Properties: { PolicyDocument: { Statement, Version: "2012-10-17" } } };
}

const arn = { "Fn::GetAtt": ["Log", "Arn"] };
const logs = { Effect: "Allow", Action: ["logs:CreateLogStream"], Resource: arn };
const send = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };
const decrypt = {
  Effect: "Allow",
  Action: "kms:Decrypt",
  Resource: "*",
  Condition: {
    "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["org_id"] },
    Null: { "kms:EncryptionContext:org_id": "false" },
  },
};
const read = {
  Effect: "Allow",
  Action: "dynamodb:GetItem",
  Resource: "*",
  Condition: {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["token#*"] },
    Null: { "dynamodb:LeadingKeys": "false", "aws:PrincipalTag/x": "true" },
  },
};

describe("adapt", () => {
  it("changes only the properties that the emulator needs changed", () => {
    const whole = templateWith({ Policy: policyOf(logs, send, decrypt, read), Queue: queue });
    const group = { "Fn::Sub": `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${Log}` };
    expect(adapt(whole)).toEqual(
      templateWith({
        Policy: policyOf(
          { Effect: "Allow", Action: ["logs:CreateLogStream"], Resource: [arn, group] },
          { Effect: "Allow", Action: ["sqs:SendMessage", "sqs:SendMessageBatch"], Resource: ["*"] },
          { Effect: "Allow", Action: ["kms:Decrypt"], Resource: ["*"] },
          {
            Effect: "Allow",
            Action: ["dynamodb:GetItem"],
            Resource: ["*"],
            Condition: { Null: { "aws:PrincipalTag/x": "true" } },
          },
        ),
        Queue: queue,
      }),
    );
  });

  it("throws when an adaptation has no effect", () => {
    const whole = templateWith({ Policy: policyOf(logs, send, decrypt) });
    expect(() => adapt(whole)).toThrow("An adaptation changes nothing, take it off the list: ministack evaluates");
  });
});
