import { describe, expect, it } from "vitest";
import { type CloudFormationTemplate, reduce } from "../../deploy/cloud-assembly.ts";

const query = { Type: "AWS::Logs::QueryDefinition", Properties: { Name: "by-actor" } };
const mathAlarm = { Type: "AWS::CloudWatch::Alarm", Properties: { Metrics: [{ Expression: "a/b" }] } };
const plainAlarm = { Type: "AWS::CloudWatch::Alarm", Properties: { MetricName: "Errors" } };
const queue = { Type: "AWS::SQS::Queue" };

function templateWith(Resources: CloudFormationTemplate["Resources"]): CloudFormationTemplate {
  return {
    Description: "d",
    Resources,
    Outputs: { ApiUrl: { Value: "old" }, QueueIngest: { Value: { Ref: "Queue" } } },
  };
}

const url = "https://127.0.0.1:4000";

describe("the template for the emulator", () => {
  it("lacks what the emulator cannot host, counted, and nothing else", () => {
    const whole = templateWith({
      Query: query,
      Other: query,
      MathAlarm: mathAlarm,
      PlainAlarm: plainAlarm,
      Queue: queue,
    });
    expect(reduce(whole, url)).toEqual({
      template: {
        Description: "d",
        Resources: { PlainAlarm: plainAlarm, Queue: queue },
        Outputs: { ApiUrl: { Value: url }, QueueIngest: { Value: { Ref: "Queue" } } },
      },
      counts: { "saved queries": 2, "alarms with metric math": 1 },
    });
  });

  it("is refused where the list of what is left out is stale", () => {
    expect(() => reduce(templateWith({ Query: query, Queue: queue }), url)).toThrow(
      "The template has no alarms with metric math: take them off the list",
    );
  });

  it("is refused where something that stays needs what is left out", () => {
    const dependent = { ...queue, DependsOn: ["Query"] };
    const whole = templateWith({ Query: query, MathAlarm: mathAlarm, Queue: dependent });
    expect(() => reduce(whole, url)).toThrow("What stays needs what is left out: Query.");
  });
});
