import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const arnOf = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });

function table(over: Record<string, unknown> = {}) {
  return {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      ...over,
    },
  };
}

function aFunction(over: Record<string, unknown> = {}) {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Bucket: "assets", S3Key: "bundle.zip" },
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Role: arnOf("Role"),
      Timeout: 20,
      Environment: { Variables: { SEEN: { Ref: "Seen" }, PINNED: { Ref: "Pinned" }, KEY: arnOf("Secrets") } },
      ...over,
    },
  };
}

function allow(Action: string[], ...Resource: unknown[]) {
  return { Effect: "Allow", Action, Resource };
}

function route(RouteKey: string) {
  return {
    Type: "AWS::ApiGatewayV2::Route",
    Properties: { ApiId: { Ref: "Api" }, RouteKey, Target: { "Fn::Join": ["/", ["integrations", { Ref: "ToWeb" }]] } },
  };
}

function source(EventSourceArn: unknown, FunctionName: string, over: Record<string, unknown>) {
  const FunctionResponseTypes = ["ReportBatchItemFailures"];
  return {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: { EventSourceArn, FunctionName: { Ref: FunctionName }, FunctionResponseTypes, ...over },
  };
}

const denyUpdates = {
  Statement: [{ Effect: "Deny", Principal: "*", Action: ["dynamodb:UpdateItem"], Resource: "*" }],
};

const resources = {
  Seen: table(),
  Pinned: table(),
  Log: table({
    StreamSpecification: { StreamViewType: "NEW_IMAGE" },
    ResourcePolicy: { PolicyDocument: denyUpdates },
  }),
  Work: {
    Type: "AWS::SQS::Queue",
    Properties: {
      VisibilityTimeout: 4,
      RedrivePolicy: { deadLetterTargetArn: arnOf("WorkDeadLetters"), maxReceiveCount: 2 },
    },
  },
  WorkDeadLetters: { Type: "AWS::SQS::Queue" },
  StreamFailures: { Type: "AWS::SQS::Queue" },
  Unread: { Type: "AWS::SQS::Queue" },
  Secrets: {
    Type: "AWS::KMS::Key",
    Properties: {
      KeyPolicy: {
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: { "Fn::Join": ["", ["arn:aws:iam::", { Ref: "AWS::AccountId" }, ":root"]] } },
            Action: "kms:*",
            Resource: "*",
          },
        ],
      },
    },
  },
  SecretsAlias: {
    Type: "AWS::KMS::Alias",
    Properties: { AliasName: "alias/fixture", TargetKeyId: arnOf("Secrets") },
  },
  Role: {
    Type: "AWS::IAM::Role",
    Properties: {
      Policies: [
        {
          PolicyName: "work",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              allow(["dynamodb:PutItem", "dynamodb:GetItem"], arnOf("Seen")),
              {
                ...allow(["dynamodb:PutItem"], arnOf("Pinned")),
                Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["pin#*"] } },
              },
              {
                ...allow(["kms:GenerateDataKey", "kms:Decrypt"], arnOf("Secrets")),
                Condition: { StringLike: { "kms:EncryptionContext:name": "pin#*" } },
              },
              allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], arnOf("Work")),
              allow(["sqs:SendMessage"], arnOf("StreamFailures")),
              allow(["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"], {
                "Fn::GetAtt": ["Log", "StreamArn"],
              }),
            ],
          },
        },
      ],
    },
  },
  Web: aFunction({ LoggingConfig: { LogGroup: "/web" } }),
  Hanging: aFunction({ Timeout: 1, ReservedConcurrentExecutions: 1 }),
  Worker: aFunction({ Timeout: 3 }),
  WorkSource: source(arnOf("Work"), "Worker", { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 }),
  LogSource: source({ "Fn::GetAtt": ["Log", "StreamArn"] }, "Worker", {
    StartingPosition: "LATEST",
    BatchSize: 10,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 1,
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    DestinationConfig: { OnFailure: { Destination: arnOf("StreamFailures") } },
  }),
  Api: {
    Type: "AWS::ApiGatewayV2::Api",
    Properties: { Name: "api", ProtocolType: "HTTP" },
  },
  Stage: {
    Type: "AWS::ApiGatewayV2::Stage",
    Properties: {
      ApiId: { Ref: "Api" },
      StageName: "$default",
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingBurstLimit: 30, ThrottlingRateLimit: 1 },
    },
  },
  ToWeb: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: { Ref: "Api" },
      IntegrationType: "AWS_PROXY",
      IntegrationUri: arnOf("Web"),
      PayloadFormatVersion: "2.0",
    },
  },
  Default: route("$default"),
  Limited: route("GET /limited"),
  EveryMinute: {
    Type: "AWS::Events::Rule",
    Properties: {
      ScheduleExpression: "rate(1 minute)",
      State: "ENABLED",
      Targets: [
        { Id: "Event", Arn: arnOf("Web") },
        { Id: "Input", Arn: arnOf("Web"), Input: '{"rawPath":"/ticked"}' },
      ],
    },
  },
  EveryMinutePermission: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Action: "lambda:InvokeFunction",
      FunctionName: arnOf("Web"),
      Principal: "events.amazonaws.com",
      SourceArn: arnOf("EveryMinute"),
    },
  },
  Permission: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Action: "lambda:InvokeFunction",
      FunctionName: arnOf("Web"),
      Principal: "apigateway.amazonaws.com",
    },
  },
};

const outputs = {
  QueueWork: { Ref: "Work" },
  QueueDeadLetters: { Ref: "WorkDeadLetters" },
  QueueStreamFailures: { Ref: "StreamFailures" },
  QueueFanOutDeadLetters: { Ref: "Unread" },
  TableSeen: { Ref: "Seen" },
  TableLog: { Ref: "Log" },
  FunctionWeb: { Ref: "Web" },
  FunctionHanging: { Ref: "Hanging" },
};

/** Writes a synthesized stack that uses every part of the local runtime into a new folder, and returns the folder. */
export function fixtureAssembly(): string {
  const folder = mkdtempSync(join(tmpdir(), "fixture-assembly-"));
  const bundle = join(folder, "asset.bundle");
  mkdirSync(bundle);
  cpSync(join(import.meta.dirname, "fixture-function.mjs"), join(bundle, "index.mjs"));
  const write = (file: string, content: unknown) => writeFileSync(join(folder, file), JSON.stringify(content));
  write("manifest.json", {
    artifacts: {
      "Fixture.assets": { type: "cdk:asset-manifest", properties: { file: "Fixture.assets.json" } },
      Fixture: { type: "aws:cloudformation:stack", properties: { templateFile: "Fixture.template.json" } },
    },
  });
  write("Fixture.assets.json", {
    files: { bundle: { source: { path: "asset.bundle" }, destinations: { here: { objectKey: "bundle.zip" } } } },
  });
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
  write("Fixture.template.json", { Resources: resources, Outputs });
  return folder;
}
