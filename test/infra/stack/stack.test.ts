import { describe, expect, it } from "vitest";
import { stageNames, stages } from "#infra/config.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { chunkPartition } from "#shared/platform/dynamodb/keys.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { scheduleShardCount } from "#shared/webhooks/deliveries/delivery.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

describe.each(stageNames)("stack of %s", (name) => {
  const template = templateOf(name);
  const stage = stages[name];
  const resources = (type: string) => Object.entries(template.findResources(type));

  describe("every queue", () => {
    const queues = resources("AWS::SQS::Queue");

    it.each(queues)("%s is encrypted, and has the maximum retention of SQS", (_, { Properties }) => {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 3600 });
    });

    it.each(queues)("%s requires TLS", (id) => {
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
    const isStream = ([, { Properties }]: (typeof sources)[number]) =>
      ["EventLogTable", "LedgerTable"].includes(inWords(Properties.EventSourceArn));
    const queueSources = sources.filter((source) => !isStream(source));
    const queues = template.findResources("AWS::SQS::Queue");
    const functions = template.findResources("AWS::Lambda::Function");
    const bounds: Record<string, number> = {
      IngestQueue: stage.ingestConcurrency,
      WebhooksDeliveriesQueue: stage.deliveryConcurrency,
      WebhooksDeliveriesSlowDeliveriesQueue: stage.slowDeliveryConcurrency,
      WebhooksDeliveriesReplaysQueue: 10,
    };

    it.each([0, 1.5, Number.NaN, stage.slowDeliveryConcurrency])("rejects a sendsPerOrg of %d", (sendsPerOrg) => {
      expect(() => templateOf(name, { sendsPerOrg })).toThrow("sendsPerOrg must be an integer from 1 to");
    });

    it("limits one organisation below the concurrency of the slow lane", () => {
      expect(stage.slowDeliveryConcurrency).toBeGreaterThan(stage.sendsPerOrg);
    });

    it.each(sources)("%s reports partial batch failures", (_, { Properties }) => {
      expect(Properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
    });

    it.each(queueSources)("%s has a concurrency limit", (_, { Properties }) => {
      const MaximumConcurrency = bounds[inWords(Properties.EventSourceArn)];
      expect(Properties.ScalingConfig).toEqual({ MaximumConcurrency });
    });

    it.each(queueSources)(
      "%s reads a queue with a dead-letter queue and a visibility timeout of six function timeouts",
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

    it("the ingest queue allows 1,000 receives", () => {
      const ingest = Object.entries(queues).find(([id]) => plainId(id) === "IngestQueue")?.[1].Properties;
      expect(ingest).toMatchObject({ VisibilityTimeout: 36, RedrivePolicy: { maxReceiveCount: 1_000 } });
    });

    it.each(sources.filter(isStream))("%s discards old records, and reports them to a queue", (_, { Properties }) => {
      expect(Properties).toMatchObject({
        StartingPosition: "TRIM_HORIZON",
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
      // No number of attempts ends it: the stream keeps a record for a day, and it is retried for all but an hour.
      expect(Properties.MaximumRetryAttempts ?? -1).toBe(-1);
      expect(Properties.MaximumRecordAgeInSeconds).toBe(23 * 3600);
      expect(inWords(Properties.DestinationConfig.OnFailure.Destination)).toMatch(
        /^(WebhooksFanOutDeadLetters|SequencerDeadLetters|AnchorsDeadLetters|AuditDeadLetters)$/,
      );
    });

    /** The filters of the consumers of a table's stream. */
    const consumersOf = (table: string) =>
      Object.fromEntries(
        sources
          .filter(([, { Properties }]) => inWords(Properties.EventSourceArn) === table)
          .map(([, { Properties }]) => [inWords(Properties.FunctionName), Properties.FilterCriteria?.Filters]),
      );

    it("the stream of the events table has two consumers of all records: sequencer and audit", () => {
      expect(consumersOf("EventLogTable")).toEqual({ SequencerFunction: undefined, AuditFunction: undefined });
    });

    it("the stream of the ledger has two consumers: the fan-out, of new chunks, and the anchor function", () => {
      const inserted = { eventName: ["INSERT"] };
      const chunks = { ...inserted, dynamodb: { Keys: { pk: { S: [{ prefix: chunkPartition("") }] } } } };
      const anchored = {
        ...inserted,
        dynamodb: {
          Keys: { pk: { S: [{ "anything-but": [chunkPartition(anchorsLog)] }] } },
          NewImage: { entries: { B: [{ exists: true }] } },
        },
      };
      const changed = { eventName: [{ "anything-but": inserted.eventName }] };
      const patterns = (...filters: object[]) => filters.map((filter) => ({ Pattern: JSON.stringify(filter) }));
      expect(consumersOf("LedgerTable")).toEqual({
        WebhooksFanOutConsumer: patterns(chunks),
        AnchorsFunction: patterns(anchored, changed),
      });
    });

    it("the sequencer gets whole batches of a shard, one at a time, with the name of the shard", () => {
      const isSequencer = ([, { Properties }]: (typeof sources)[number]) =>
        inWords(Properties.FunctionName) === "SequencerFunction";
      const [, { Properties } = { Properties: undefined }] = sources.find(isSequencer) ?? [];
      expect(Properties).toMatchObject({
        BatchSize: 500,
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: false,
        TumblingWindowInSeconds: 900,
      });
      expect(Properties).not.toHaveProperty("MaximumBatchingWindowInSeconds");
    });
  });

  describe("every function", () => {
    const functions = resources("AWS::Lambda::Function");
    const logGroups = template.findResources("AWS::Logs::LogGroup");
    const policies = resources("AWS::IAM::Policy").map(([, { Properties }]) => Properties);
    const sources = resources("AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
    const invokedBy = new Map(sources.map((source) => [inWords(source.EventSourceArn), [source.FunctionName.Ref]]));
    const queuesOf = (role: unknown): string[] =>
      policies
        .filter(({ Roles }) => Roles.some((one: unknown) => inWords(one) === inWords(role)))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => [Action].flat().includes("sqs:SendMessage"))
        .flatMap(({ Resource }) => [Resource].flat().map(inWords));

    it.each(functions)("%s runs on Node 24 on arm64, and has a description", (_, { Properties }) => {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(Properties.Description).toMatch(/\.$/);
    });

    it("allows recursion only when it sends to its own queue", () => {
      const sentTo = new Map(functions.map(([id, { Properties }]) => [id, queuesOf(Properties.Role)] as const));
      const reached = (id: string, seen = new Set<string>()): Set<string> => {
        for (const next of (sentTo.get(id) ?? []).flatMap((queue) => invokedBy.get(queue) ?? [])) {
          if (!seen.has(next)) reached(next, seen.add(next));
        }
        return seen;
      };
      const inLoop = functions.filter(([id]) => reached(id).has(id)).map(([id]) => plainId(id));
      const allowed = functions.filter(([, { Properties }]) => Properties.RecursiveLoop === "Allow");
      expect(allowed.map(([id]) => plainId(id))).toEqual(inLoop);
      expect(inLoop.sort()).toEqual(["IngestFunction", "WebhooksReplaysReplayer", "WebhooksSenderFunction"]);
    });

    it("writes no START, END or REPORT lines to the access log", () => {
      for (const [id, { Properties }] of functions) {
        const { LogGroup, ...config } = Properties.LoggingConfig;
        const isAudit = plainId(LogGroup.Ref) === "AuditLogsAccess";
        const expected = isAudit ? { LogFormat: "JSON", SystemLogLevel: "WARN" } : { LogFormat: "Text" };
        expect([plainId(id), config]).toEqual([plainId(id), expected]);
      }
    });

    it("has its own log group, or the access log", () => {
      const groupOf = ([, { Properties }]: (typeof functions)[number]) => Properties.LoggingConfig.LogGroup.Ref;
      for (const fn of functions) expect(logGroups).toHaveProperty([groupOf(fn)]);
      const sharing = [...Map.groupBy(functions, groupOf)].filter(([, sharers]) => sharers.length > 1);
      expect(sharing.map(([group, sharers]) => [plainId(group), sharers.map(([id]) => plainId(id)).sort()])).toEqual([
        [
          "AuditLogsAccess",
          [
            "AnchorsApi",
            "AuthAdmin",
            "AuthOauth",
            "AuthTokens",
            "AuthViewerTokens",
            "ChangeFeedFunction",
            "ProofsFunction",
            "PublicApiFakturoid",
            "PublicApiFinzbooks",
            "PublicApiOpenApi",
            "PublicApiSimplybooks",
            "ReconcilerFunction",
            "WebhooksApi",
            "WebhooksReplaysRepair",
          ],
        ],
      ]);
    });

    it("has no function URL", () => template.resourceCountIs("AWS::Lambda::Url", 0));

    it("can be invoked only by the API, a schedule or IAM", () => {
      const schedules = new Map([
        ["WebhooksDeliverySchedulerFunction", "WebhooksDeliverySchedulerEachMinute"],
        ["AnchorsFunction", "AnchorsEachQuarter"],
      ]);
      for (const [, { Properties }] of resources("AWS::Lambda::Permission")) {
        const schedule = schedules.get(inWords(Properties.FunctionName));
        const [source, from] =
          schedule === undefined ? ["apigateway.amazonaws.com", ":execute-api:"] : ["events.amazonaws.com", schedule];
        expect(Properties).toMatchObject({ Principal: source, Action: "lambda:InvokeFunction" });
        expect(inWords(Properties.SourceArn)).toContain(from);
      }
    });

    it("does not allow webhooks to addresses that are not public", () => {
      for (const [, { Properties }] of functions) {
        expect(Properties.Environment?.Variables ?? {}).not.toHaveProperty(envVars.webhooksToLoopback);
      }
    });
  });

  it("the admin function has no route", () => {
    const integrated = resources("AWS::ApiGatewayV2::Integration").map(([, { Properties }]) =>
      inWords(Properties.IntegrationUri),
    );
    expect(integrated).not.toContain("AuthAdmin");
    const dialects = ["PublicApiFinzbooks", "PublicApiSimplybooks", "PublicApiFakturoid"];
    expect(new Set(integrated)).toEqual(
      new Set([
        ...dialects,
        ...[
          "AnchorsApi",
          "AuthOauth",
          "AuthTokens",
          "AuthViewerTokens",
          "ChangeFeedFunction",
          "ProofsFunction",
          "PublicApiOpenApi",
          "WebhooksApi",
        ],
      ]),
    );
    const invoked = resources("AWS::Lambda::Permission").map(([, { Properties }]) => inWords(Properties.FunctionName));
    expect(invoked).not.toContain("AuthAdmin");
  });

  it("functions of the API have a shorter timeout than API Gateway", () => {
    for (const [, { Properties }] of resources("AWS::ApiGatewayV2::Integration")) {
      const fn = template.findResources("AWS::Lambda::Function")[Properties.IntegrationUri["Fn::GetAtt"][0]];
      expect(fn?.Properties.Timeout).toBeLessThanOrEqual(29);
    }
  });

  it("the schedule invokes workers for all shards each minute", () => {
    const rules = resources("AWS::Events::Rule").filter(([, { Properties }]) => Properties.ScheduleExpression);
    const [[, { Properties: rule }] = ["", { Properties: undefined }]] = rules;
    expect(rule).toMatchObject({ ScheduleExpression: "rate(1 minute)", State: "ENABLED" });
    const shares: { worker: number; workers: number }[] = rule.Targets.map(({ Input }: { Input: string }) =>
      JSON.parse(Input),
    );
    expect(shares.map(({ worker }) => worker)).toEqual(shares.map((_, worker) => worker));
    expect(new Set(shares.map(({ workers }) => workers))).toEqual(new Set([shares.length]));
    expect(scheduleShardCount % shares.length).toBe(0);
  });

  it("the key of the signing secrets is rotated yearly and retained", () => {
    template.hasResource("AWS::KMS::Key", {
      Properties: { EnableKeyRotation: true },
      DeletionPolicy: "RetainExceptOnCreate",
    });
  });

  describe("logs", () => {
    const groups = resources("AWS::Logs::LogGroup");
    const isAudit = ([id]: (typeof groups)[number]) => plainId(id).startsWith("AuditLogs");

    it.each(groups)("%s is retained", (_, { DeletionPolicy }) => expect(DeletionPolicy).toMatch(/^Retain/));

    it.each(groups.filter((group) => !isAudit(group)))("%s has a retention period", (_, { Properties }) => {
      expect(Properties.RetentionInDays).toBe(stage.logRetentionDays);
    });

    it("include two audit logs, kept for ten years, with their own rotated key", () => {
      const audit = groups.filter(isAudit);
      expect(audit.map(([id]) => plainId(id))).toEqual(["AuditLogsEvents", "AuditLogsAccess"]);
      for (const [, { Properties }] of audit) {
        expect(Properties.RetentionInDays).toBe(3_653);
        expect(inWords(Properties.KmsKeyId)).toBe("AuditLogsKey");
      }
      const [, key] = resources("AWS::KMS::Key").find(([id]) => plainId(id) === "AuditLogsKey") ?? [];
      expect(key).toMatchObject({ Properties: { EnableKeyRotation: true }, DeletionPolicy: "RetainExceptOnCreate" });
    });
  });

  describe("the API", () => {
    const [, { Properties: api }] = resources("AWS::ApiGatewayV2::Stage")[0] ?? ["", { Properties: undefined }];

    it("has no stage in its URLs, and a throttle for all callers", () => {
      expect(api).toMatchObject({
        StageName: "$default",
        AutoDeploy: true,
        DefaultRouteSettings: {
          ThrottlingRateLimit: stage.throttle.ratePerSecond,
          ThrottlingBurstLimit: stage.throttle.burst,
        },
      });
    });

    it("has an access log without an entry in the account's resource policy", () => {
      // Names that begin with /aws/vendedlogs/ share one statement: "Amazon CloudWatch Logs resource policy size restrictions".
      const group =
        template.findResources("AWS::Logs::LogGroup")[api.AccessLogSettings.DestinationArn["Fn::GetAtt"][0]];
      expect(JSON.stringify(group?.Properties.LogGroupName)).toContain("/aws/vendedlogs/");
    });

    it("writes JSON access logs without query, headers and token", () => {
      const line: Record<string, string> = JSON.parse(api.AccessLogSettings.Format);
      expect(Object.keys(line)).toEqual(expect.arrayContaining(["time", "request_id", "ip", "route", "status"]));
      for (const value of Object.values(line)) expect(value).toMatch(/^\$context\.[a-zA-Z.]+$/);
      expect(api.AccessLogSettings.Format).not.toMatch(/path|query|authoriz|header|body/i);
    });

    it("leaves CORS to its functions, which know the configured origins", () => {
      for (const [, { Properties }] of resources("AWS::ApiGatewayV2::Api")) {
        expect(Properties).not.toHaveProperty("CorsConfiguration");
      }
      const integrated = new Set(
        resources("AWS::ApiGatewayV2::Integration").map(([, { Properties }]) => inWords(Properties.IntegrationUri)),
      );
      const expected = stage.corsOrigins.length > 0 ? stage.corsOrigins.join(" ") : undefined;
      for (const [id, { Properties }] of resources("AWS::Lambda::Function")) {
        if (!integrated.has(plainId(id))) continue;
        expect(Properties.Environment?.Variables?.[envVars.corsOrigins]).toBe(expected);
      }
    });

    it("uses payload format 2.0", () => {
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
  ])("every %s has the tags of the stage", (type) => {
    const wanted = Object.entries(stage.tags).map(([Key, Value]) => ({ Key, Value }));
    for (const [id, { Properties }] of resources(type)) {
      const tags = Properties.Tags ?? Properties.Replicas?.[0]?.Tags;
      expect(Array.isArray(tags) ? tags : Object.entries(tags).map(([Key, Value]) => ({ Key, Value })), id).toEqual(
        expect.arrayContaining(wanted),
      );
    }
  });

  it("has the outputs that the command line and the local runtime need", () => {
    expect(Object.keys(template.findOutputs("*"))).toEqual(
      expect.arrayContaining([
        "ApiUrl",
        "QueueIngest",
        "QueueIngestDeadLetters",
        "QueueRejected",
        "TableEvents",
        "TableConfig",
        "FunctionAdmin",
        "FunctionIngest",
        "FunctionFinzbooks",
        "QueueDeliveries",
        "QueueReplays",
        "QueueFanOutDeadLetters",
        "QueueSequencerDeadLetters",
        "TableLedger",
        "FunctionSequencer",
        "TableDeliveries",
        "FunctionWebhooks",
        "FunctionSender",
        "FunctionReconcile",
        "FunctionRepair",
      ]),
    );
  });

  it("has no fixed names, so that two stacks can be in one account", () => {
    for (const type of [
      "AWS::SQS::Queue",
      "AWS::DynamoDB::GlobalTable",
      "AWS::Lambda::Function",
      "AWS::Logs::LogGroup",
    ]) {
      for (const [id, { Properties }] of resources(type)) {
        const { QueueName, TableName, FunctionName, LogGroupName } = Properties;
        const constant = [QueueName, TableName, FunctionName, LogGroupName].filter(
          (name) => name !== undefined && !JSON.stringify(name).includes("AWS::StackId"),
        );
        expect(constant, plainId(id)).toEqual([]);
      }
    }
  });
});
