import { Duration } from "aws-cdk-lib";
import { FilterCriteria, FilterRule } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods, whenStreamLagExceeds } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction, streamFunctionProps } from "#infra/constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { QuarantineQueue, whenNotEmpty } from "#infra/constructs/queue.ts";
import { ownMetric } from "#infra/constructs/widgets.ts";
import type { Ledger } from "#infra/ledger/ledger.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Deliveries } from "./deliveries.ts";

export type FanOutProps = {
  readonly observability: Observability;
  readonly ledger: Ledger;
  readonly auth: Auth;
  readonly deliveries: Deliveries;
};

/** The function that creates a delivery for each new event and subscribed endpoint, from the stream of the ledger. */
export class FanOut extends Construct {
  readonly fn: NodeFunction;
  /** References to events and stream records that could not be fanned out. */
  readonly deadLetters: QuarantineQueue;

  constructor(scope: Construct, id: string, { observability, ledger, auth, deliveries }: FanOutProps) {
    super(scope, id);
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    // An id of its own: the function of earlier releases follows the events table until a deployment has removed it.
    this.fn = new NodeFunction(this, "Consumer", {
      entry: "functions/webhooks/fan-out.ts",
      description: "Creates a delivery for each event and subscribed endpoint.",
      // Twenty chunks of 256 events for 50 endpoints each are 256,000 messages: 16 seconds of a whole core.
      timeoutSeconds: 120,
      ...streamFunctionProps(observability),
    });
    auth.grantEndpoints(this.fn, "list");
    deliveries.grantEnqueue(this.fn);
    this.deadLetters.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.fanOutDeadLetters, this.deadLetters.queueUrl);
    // The function itself quarantines records that it cannot process, in the same queue as Lambda.
    ledger.addStreamSource(this.fn, {
      deadLetters: this.deadLetters,
      batchSize: 20,
      bisectBatchOnError: true,
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual("INSERT"),
          dynamodb: { Keys: { pk: { S: FilterRule.beginsWith("log#") } } },
        }),
      ],
    });
    this.addAlarms(observability);
  }

  private addAlarms({ alarms }: Observability): void {
    alarms.add(this, "FanOutDeadLetters", {
      severity: "page",
      description: "Events could not be fanned out; their webhooks were not sent.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "FanOutRecordsLost", {
      severity: "page",
      description: "Events could not be fanned out, and the dead-letter queue rejected the references to them.",
      ...whenNonZero(ownMetric(metricNames.fanOutRecordsLost, "Sum")),
    });
    alarms.add(this, "FanOutStalled", {
      severity: "page",
      description: "Events reach the ledger but not the fan-out function: no webhooks are sent for new events.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: ownMetric(metricNames.entriesSequenced, "Sum"),
          output: this.fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
    alarms.add(this, "FanOutLag", {
      severity: "page",
      description: "Events wait in the stream of the ledger for more than a minute before their webhooks are enqueued.",
      ...whenStreamLagExceeds(this.fn, Duration.minutes(1)),
    });
  }
}
