import { describe, expect, it } from "vitest";
import { stages } from "../../infra/config.ts";
import { inWords, plainId, stageNames, templateOf } from "../support/template.ts";

describe.each(stageNames)("in %s", (name) => {
  const template = templateOf(name);
  const stage = stages[name];
  const resources = (type: string) => Object.entries(template.findResources(type));

  describe("every queue", () => {
    const queues = resources("AWS::SQS::Queue");

    it.each(queues)("%s is encrypted, and keeps messages as long as SQS can", (_, { Properties }) => {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 3600 });
    });

    it.each(queues)("%s is spoken to through TLS only", (id) => {
      template.hasResourceProperties("AWS::SQS::QueuePolicy", {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: [
            {
              Effect: "Deny",
              Principal: { AWS: "*" },
              Action: "sqs:*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
              Resource: { "Fn::GetAtt": [id, "Arn"] },
            },
          ],
        },
      });
    });
  });

  describe("every event source", () => {
    const sources = resources("AWS::Lambda::EventSourceMapping");
    const queues = template.findResources("AWS::SQS::Queue");
    const functions = template.findResources("AWS::Lambda::Function");

    it.each(sources)("%s gives back only the records that failed, and has a bound on its cost", (_, { Properties }) => {
      expect(Properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
      expect(Properties.ScalingConfig).toEqual({ MaximumConcurrency: stage.ingestConcurrency });
    });

    it.each(sources)(
      "%s reads a queue that hands over what fails, six function timeouts apart",
      (_, { Properties }) => {
        const [queueId] = Properties.EventSourceArn["Fn::GetAtt"];
        const queue = queues[queueId]?.Properties;
        expect(queue.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(3);
        const deadLetters = queues[queue.RedrivePolicy.deadLetterTargetArn["Fn::GetAtt"][0]]?.Properties;
        expect(deadLetters.RedrivePolicy).toBeUndefined();
        const fn = functions[Properties.FunctionName.Ref]?.Properties;
        expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * fn.Timeout);
      },
    );
  });

  describe("every function", () => {
    const functions = resources("AWS::Lambda::Function");
    const logGroups = template.findResources("AWS::Logs::LogGroup");

    it.each(functions)("%s runs on Node 24 on arm64, and says what it is for", (_, { Properties }) => {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(Properties.Description).toMatch(/\.$/);
      expect(Properties.Timeout).toBeLessThanOrEqual(29);
    });

    it.each(functions)("%s has a log group of its own", (_, { Properties }) => {
      expect(logGroups).toHaveProperty([Properties.LoggingConfig.LogGroup.Ref]);
      const sharing = functions.filter(([, other]) => {
        return other.Properties.LoggingConfig.LogGroup.Ref === Properties.LoggingConfig.LogGroup.Ref;
      });
      expect(sharing).toHaveLength(1);
    });

    it("has no address of its own", () => template.resourceCountIs("AWS::Lambda::Url", 0));

    it("is invoked by the API only, where anyone but IAM may invoke it at all", () => {
      for (const [, { Properties }] of resources("AWS::Lambda::Permission")) {
        expect(Properties).toMatchObject({ Principal: "apigateway.amazonaws.com", Action: "lambda:InvokeFunction" });
        expect(inWords(Properties.SourceArn)).toContain(":execute-api:");
      }
    });
  });

  it("the function that administers access has no route", () => {
    const integrated = resources("AWS::ApiGatewayV2::Integration").map(([, { Properties }]) =>
      inWords(Properties.IntegrationUri),
    );
    expect(integrated).not.toContain("AccessAdmin");
    expect(new Set(integrated)).toEqual(new Set(["ReadApiFinzbooks", "ReadApiDocuments"]));
    const invoked = resources("AWS::Lambda::Permission").map(([, { Properties }]) => inWords(Properties.FunctionName));
    expect(invoked).not.toContain("AccessAdmin");
  });

  it.each(resources("AWS::Logs::LogGroup"))("the log %s has an end", (_, { Properties }) => {
    expect(Properties.RetentionInDays).toBe(stage.logRetentionDays);
  });

  describe("the API", () => {
    const [, { Properties: api }] = resources("AWS::ApiGatewayV2::Stage")[0] ?? ["", { Properties: undefined }];

    it("has no stage in its addresses, and a limit on what all callers together may ask", () => {
      expect(api).toMatchObject({
        StageName: "$default",
        AutoDeploy: true,
        DefaultRouteSettings: {
          ThrottlingRateLimit: stage.throttle.ratePerSecond,
          ThrottlingBurstLimit: stage.throttle.burst,
        },
      });
    });

    it("keeps an access log of JSON lines, without query, headers or token", () => {
      const line: Record<string, string> = JSON.parse(api.AccessLogSettings.Format);
      expect(Object.keys(line)).toEqual(expect.arrayContaining(["time", "request_id", "ip", "route", "status"]));
      for (const value of Object.values(line)) expect(value).toMatch(/^\$context\.[a-zA-Z.]+$/);
      expect(api.AccessLogSettings.Format).not.toMatch(/path|query|authoriz|header|body/i);
    });

    it("answers browser apps of the configured origins, and shows them its headers", () => {
      template.hasResourceProperties("AWS::ApiGatewayV2::Api", {
        ProtocolType: "HTTP",
        CorsConfiguration: {
          AllowOrigins: stage.corsOrigins,
          AllowMethods: ["GET", "HEAD"],
          AllowHeaders: ["authorization", "x-aibooks-org"],
          ExposeHeaders: [
            "link",
            "retry-after",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-request-id",
          ],
        },
      });
    });

    it("hands over requests as payload 2.0", () => {
      for (const [, { Properties }] of resources("AWS::ApiGatewayV2::Integration")) {
        expect(Properties).toMatchObject({ IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0" });
      }
    });
  });

  it.each([
    "AWS::SQS::Queue",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::IAM::Role",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::GlobalTable",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
  ])("every %s carries the tags of the stage", (type) => {
    const wanted = Object.entries(stage.tags).map(([Key, Value]) => ({ Key, Value }));
    for (const [id, { Properties }] of resources(type)) {
      const tags = Properties.Tags ?? Properties.Replicas?.[0]?.Tags;
      expect(Array.isArray(tags) ? tags : Object.entries(tags).map(([Key, Value]) => ({ Key, Value })), id).toEqual(
        expect.arrayContaining(wanted),
      );
    }
  });

  it("names what the command line and the local runtime look for", () => {
    expect(Object.keys(template.findOutputs("*"))).toEqual(
      expect.arrayContaining([
        "ApiUrl",
        "QueueIngest",
        "QueueIngestDeadLetters",
        "QueueRejected",
        "TableEvents",
        "TableConfig",
        "FunctionAccess",
        "FunctionIngest",
        "FunctionFinzbooks",
      ]),
    );
  });

  it("names nothing by hand, so that two stacks fit into one account", () => {
    for (const type of [
      "AWS::SQS::Queue",
      "AWS::DynamoDB::GlobalTable",
      "AWS::Lambda::Function",
      "AWS::Logs::LogGroup",
    ]) {
      for (const [id, { Properties }] of resources(type)) {
        const { QueueName, TableName, FunctionName, LogGroupName } = Properties;
        expect([QueueName, TableName, FunctionName, LogGroupName], plainId(id)).toEqual(Array(4).fill(undefined));
      }
    }
  });
});
