import { describe, expect, it } from "vitest";
import { createResources } from "#infra/local/template/resources.ts";

const place = {
  account: "000000000000",
  region: "us-east-1",
  stackName: "test",
  api: "http://127.0.0.1:3000",
  services: "http://127.0.0.1:4000",
  streamLabels: new Map([["Events", "2026-05-11T00:00:00.000"]]),
};

function resourcesOf(Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>, Outputs = {}) {
  const filled = Object.entries(Resources).map(([id, { Type, Properties = {} }]) => [id, { Type, Properties }]);
  const template = { Resources: Object.fromEntries(filled), Outputs, Conditions: {}, Parameters: {} };
  return createResources(template, place);
}

describe("template resources", () => {
  it("refer to the local servers", () => {
    const { ofType } = resourcesOf({
      Events: { Type: "AWS::DynamoDB::GlobalTable" },
      Work: { Type: "AWS::SQS::Queue", Properties: { QueueName: "work" } },
      Fn: {
        Type: "AWS::Lambda::Function",
        Properties: {
          url: { Ref: "Work" },
          arn: { "Fn::GetAtt": ["Work", "Arn"] },
          stream: { "Fn::GetAtt": ["Events", "StreamArn"] },
          place: { "Fn::Join": ["", [{ Ref: "AWS::Region" }, " ", { Ref: "AWS::AccountId" }]] },
        },
      },
    });
    expect(ofType("AWS::Lambda::Function")).toEqual([
      {
        id: "Fn",
        type: "AWS::Lambda::Function",
        ref: "Fn",
        arn: "arn:aws:lambda:us-east-1:000000000000:function:Fn",
        properties: {
          url: "http://127.0.0.1:4000/000000000000/work",
          arn: "arn:aws:sqs:us-east-1:000000000000:work",
          stream: "arn:aws:dynamodb:us-east-1:000000000000:table/Events/stream/2026-05-11T00:00:00.000",
          place: "us-east-1 000000000000",
        },
      },
    ]);
  });

  it("give the API's local address, however the output is written", () => {
    const id = { Ref: "Api" };
    const { outputs } = resourcesOf(
      { Api: { Type: "AWS::ApiGatewayV2::Api" } },
      {
        Endpoint: { Value: { "Fn::GetAtt": ["Api", "ApiEndpoint"] } },
        Url: { Value: { "Fn::Join": ["", ["https://", id, ".execute-api.us-east-1.amazonaws.com/"]] } },
      },
    );
    expect(outputs()).toEqual({ Endpoint: "http://127.0.0.1:3000", Url: "http://127.0.0.1:3000/" });
  });

  it.each(["Topic", "Subscription", "TopicPolicy"])("may include alarm notifications (AWS::SNS::%s)", (type) => {
    const { ofType } = resourcesOf({
      Notices: { Type: "AWS::SNS::Topic" },
      About: { Type: `AWS::SNS::${type}`, Properties: { topic: { Ref: "Notices" } } },
    });
    expect(ofType(`AWS::SNS::${type}`).at(-1)?.properties).toEqual({
      topic: "arn:aws:sns:us-east-1:000000000000:Notices",
    });
  });

  it("are rejected with logical id and type when unsupported", () => {
    const alarm = { Type: "AWS::CloudWatch::Alarm" };
    const table = { Type: "AWS::S3Tables::Table" };
    expect(() => resourcesOf({ Fine: alarm, Lake: table })).toThrow("Lake (AWS::S3Tables::Table)");
    expect(() => resourcesOf({ Fine: alarm })).not.toThrow();
  });
});
