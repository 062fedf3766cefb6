import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { stageNames, stages } from "#infra/config.ts";
import { stageWithAddress } from "#test/support/infra/full-stage.ts";
import { addStageStacks, stackOf, templateOf } from "#test/support/infra/template.ts";

describe("a production stage", () => {
  it("is rejected with the name of the missing setting when it has no alarm address", () => {
    const build = () => addStageStacks(new App(), "prod", { ...stages.prod, alarmEmail: null });
    expect(build).toThrow("activity-log-prod is a production stage without an alarm address. Set its alarmEmail");
  });

  it("subscribes its address to every alarm topic", () => {
    const template = templateOf("prod", { alarmEmail: "operators@example.com" });
    const topics = Object.keys(template.findResources("AWS::SNS::Topic"));
    const subscriptions = Object.values(template.findResources("AWS::SNS::Subscription"));
    expect(subscriptions.map(({ Properties }) => [Properties.Endpoint, Properties.TopicArn.Ref])).toEqual(
      topics.map((topic) => ["operators@example.com", topic]),
    );
  });

  it("has termination protection", () => {
    for (const name of stageNames) {
      expect([name, stackOf(new App(), name).terminationProtection]).toEqual([name, stages[name].isProduction]);
    }
  });

  it("is prod, not dev", () => {
    expect(stageNames.map((name) => [name, stages[name].isProduction])).toEqual([
      ["dev", false],
      ["prod", true],
    ]);
  });
});

it("a stage that is not a production stage requires no alarm address", () => {
  expect(stageWithAddress("dev").alarmEmail).toBeNull();
  expect(() => stackOf(new App(), "dev")).not.toThrow();
});
