import { Duration, Validations } from "aws-cdk-lib";
import { HttpMethod, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule } from "aws-cdk-lib/aws-lambda";
import { Bucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { PublicApi } from "#infra/api/public-api.ts";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods, whenStreamLagExceeds } from "#infra/constructs/alarm-conditions.ts";
import { managementFunctionProps, NodeFunction, streamFunctionProps } from "#infra/constructs/function.ts";
import { missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { QuarantineQueue, whenNotEmpty } from "#infra/constructs/queue.ts";
import { ledgerWriters } from "#infra/constructs/role-paths.ts";
import { functionThrottles } from "#infra/constructs/throttling.ts";
import { graph, ownMetric } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { createAnchorBucket } from "./anchor-bucket.ts";
import type { Ledger } from "./ledger.ts";
import type { TrustSettings } from "./log-name.ts";
import type { SigningKeys } from "./signing-keys.ts";

export type AnchorsProps = {
  readonly observability: Observability;
  readonly auth: Auth;
  readonly ledger: Ledger;
  readonly publicApi: PublicApi;
  readonly signingKeys: SigningKeys;
  readonly trust: Pick<TrustSettings, "anchorBucket" | "witnesses">;
};

/** The paths below `/api/public/v1/activity` that need no token. */
const publicRoutes = { Anchors: "anchors/{proxy+}", Keys: "keys" } as const;

/** How long no round may be outside of the account while there are any. */
const stalledPeriod = Duration.hours(1);
const maxLag = Duration.hours(1);

/** The function that commits to the newest head of each log, in a log of its own that leaves the account, and its API. */
export class Anchors extends Construct {
  readonly fn: NodeFunction;
  /** Serves what needs no token: a flood of requests must not take the instances of proofs. */
  readonly api: NodeFunction;
  /** References to records of the ledger's stream that could not be anchored. */
  readonly deadLetters: QuarantineQueue;
  /** `null` if the stack has none of its own. */
  readonly bucket: Bucket | null;

  constructor(scope: Construct, id: string, props: AnchorsProps) {
    super(scope, id);
    const { observability, auth, ledger, publicApi, signingKeys, trust } = props;
    const { anchorBucket: bucket, witnesses } = trust;
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ledger/anchor.ts",
      description: "Commits to the heads of all logs, and copies the commitments out of the account.",
      timeoutSeconds: 60,
      rolePath: ledgerWriters,
      ...streamFunctionProps(observability),
    });
    ledger.grantAppendAnchors(this.fn);
    auth.grantAnchorCheckpoints(this.fn);
    signingKeys.grantSign(this.fn);
    this.deadLetters.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.anchorDeadLetters, this.deadLetters.queueUrl);
    if (witnesses.length > 0) this.fn.addEnvironment(envVars.witnesses, JSON.stringify(witnesses));
    this.#addSources(ledger);
    this.bucket = bucket !== null && "years" in bucket ? createAnchorBucket(this, "Bucket", bucket) : null;
    if (this.bucket !== null) this.#grantPut(this.bucket, "<AnchorsBucketE0A93AD3.Arn>");
    if (bucket !== null && "name" in bucket) {
      const outside = Bucket.fromBucketName(this, "Outside", bucket.name);
      this.#grantPut(outside, `arn:<AWS::Partition>:s3:::${bucket.name}`);
    }

    this.api = new NodeFunction(this, "Api", {
      entry: "functions/api/anchors.ts",
      description: "Serves the verification keys and the log of anchors, which are public.",
      timeoutSeconds: 15,
      ...managementFunctionProps(observability),
    });
    ledger.grantQueryAnchors(this.api);
    auth.grantReadAnchorCheckpoints(this.api);
    signingKeys.grantGetPublicKey(this.api);
    for (const [name, path] of Object.entries(publicRoutes)) {
      publicApi.addRoute(name, HttpRouteKey.with(`/api/public/v1/activity/${path}`, HttpMethod.ANY), this.api);
    }
    this.#addAlarms(observability);
    observability.dashboard.addRow(
      "Anchors",
      graph("Rounds of anchors", [ownMetric(metricNames.anchorRounds, "Sum")]),
      graph("Age of the oldest round that is not outside, ms", [ownMetric(metricNames.anchorLag, "Maximum")]),
      graph("Stream age of the anchor function, ms", [this.fn.metric("IteratorAge", { statistic: "Maximum" })]),
    );
  }

  #addSources(ledger: Ledger): void {
    ledger.addStreamSource(this.fn, {
      deadLetters: this.deadLetters,
      batchSize: 1_000,
      maxBatchingWindow: Duration.seconds(60),
      filters: [
        // Chunks of other logs: its own would invoke it for ever. Only chunks have entries.
        FilterCriteria.filter({
          eventName: FilterRule.isEqual("INSERT"),
          dynamodb: {
            Keys: { pk: { S: FilterRule.notEquals("log#~anchors") } },
            NewImage: { entries: { B: FilterRule.exists() } },
          },
        }),
        // Any other change is tampering, which the function reports.
        FilterCriteria.filter({ eventName: FilterRule.notEquals("INSERT") }),
      ],
    });
    const event = RuleTargetInput.fromObject({});
    // Stores outside what an invocation for the stream could not. Without a bucket, only the signature can be missing.
    new Rule(this, "EachQuarter", {
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [new LambdaTarget(this.fn, { event, retryAttempts: 1, maxEventAge: Duration.minutes(10) })],
    });
  }

  /** `shownArn` is the ARN as findings of cdk-nag have it. */
  #grantPut({ bucketName, bucketArn }: Pick<IBucket, "bucketName" | "bucketArn">, shownArn: string): void {
    this.fn.addEnvironment(envVars.anchorBucket, bucketName);
    const resources = [`${bucketArn}/anchors/*`];
    this.fn.addToRolePolicy(new PolicyStatement({ actions: ["s3:PutObject", "s3:GetObject"], resources }));
    const id = `AwsSolutions::AwsSolutions-IAM5[Resource::${shownArn}/anchors/*]`;
    Validations.of(this).acknowledge({ id, reason: "Each round is an object of its own." });
  }

  #addAlarms({ alarms }: Observability): void {
    alarms.add(this, "LedgerTampered", {
      severity: "page",
      description: "An item of the ledger was changed or deleted.",
      ...whenNonZero(ownMetric(metricNames.ledgerTampered, "Sum")),
    });
    alarms.add(this, "AnchorLag", {
      severity: "page",
      description: "For an hour, no anchor was stored outside of the account while there are new ones.",
      ...whenNonZero(ownMetric(metricNames.anchorLag, "Maximum")),
      threshold: maxLag.toMilliseconds(),
    });
    alarms.add(this, "AnchorConflict", {
      severity: "page",
      description: "The store outside of the account has something else than an anchor, in its position.",
      ...whenNonZero(ownMetric(metricNames.anchorConflict, "Sum")),
    });
    alarms.add(this, "AnchorsStalled", {
      severity: "page",
      description: "Events are numbered, and for three hours no anchor was made.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: ownMetric(metricNames.entriesSequenced, "Sum"),
          output: ownMetric(metricNames.anchorRounds, "Sum"),
          period: stalledPeriod,
        }),
      ),
    });
    alarms.add(this, "WitnessContradiction", {
      severity: "page",
      description:
        "A witness has signed more anchors than there are: the log of anchors was cut, or the witness is wrong.",
      ...whenNonZero(ownMetric(metricNames.witnessContradiction, "Sum")),
    });
    alarms.add(this, "WitnessesUnsigned", {
      severity: "notice",
      description: "For three hours, no checkpoint of the anchors was signed by all witnesses.",
      ...whenNonZeroForThreePeriods(
        ownMetric(metricNames.witnessesUnsigned, "Minimum").with({ period: stalledPeriod }),
      ),
    });
    alarms.add(this, "AnchorStreamLag", {
      severity: "page",
      description: "Chunks wait in the stream of the ledger for more than an hour before they are anchored.",
      ...whenStreamLagExceeds(this.fn, maxLag),
    });
    alarms.add(this, "AnchorDeadLetters", {
      severity: "page",
      description: "Chunks could not be anchored.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "AnchorRoundsDamaged", {
      severity: "page",
      description: "Heads of an anchor are missing or damaged: no more anchors of them can be proven.",
      ...whenNonZero(ownMetric(metricNames.anchorRoundsDamaged, "Sum")),
    });
    alarms.add(this, "AnchorsThrottled", {
      severity: "notice",
      description: "Lambda throttles the function that serves the log of anchors: requests are rejected.",
      ...whenNonZeroForThreePeriods(functionThrottles([this.api])),
    });
  }
}
