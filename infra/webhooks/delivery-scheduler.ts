import { Duration } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { whenNonZero, whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import type { Deliveries } from "./deliveries.ts";

export type DeliverySchedulerProps = {
  readonly observability: Observability;
  readonly deliveries: Deliveries;
};

/** Invocations a minute, which share the scheduled deliveries. */
const runsPerMinute = 2;

/** Enqueues the scheduled deliveries that are due: each minute, from the shards that each run is responsible for. */
export class DeliveryScheduler extends Construct {
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { observability, deliveries }: DeliverySchedulerProps) {
    super(scope, id);
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/webhooks/scheduled-deliveries.ts",
      description: "Enqueues scheduled deliveries that are due, each minute.",
      timeoutSeconds: 55,
      log: observability.logRetention,
    });
    deliveries.grant(this.fn, ["Query", "DeleteItem"], "due#");
    deliveries.grantEnqueue(this.fn);
    const targets = Array.from({ length: runsPerMinute }, (_, worker) => {
      const event = RuleTargetInput.fromObject({ worker, workers: runsPerMinute });
      return new LambdaTarget(this.fn, { event, retryAttempts: 2, maxEventAge: Duration.minutes(5) });
    });
    new Rule(this, "EachMinute", { schedule: Schedule.rate(Duration.minutes(1)), targets });
    this.addAlarms(observability, deliveries);
  }

  private addAlarms({ alarms }: Observability, { replayQueue }: Deliveries): void {
    alarms.add(this, "DeliverySchedulerErrors", {
      severity: "page",
      description: "Scheduled deliveries that are due cannot be enqueued: retries are not sent.",
      ...whenNonZero(this.fn.metricErrors({ period: Duration.minutes(5) })),
      threshold: 3,
    });
    // Lambda always polls an idle queue, so empty receives show that the stack is running. Treating missing invocations
    // alone as breaching would raise the alarm in a new stack, too.
    alarms.add(this, "DeliverySchedulerStalled", {
      severity: "page",
      description: "The delivery scheduler is not invoked: retries are not sent.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: replayQueue.queue.metricNumberOfEmptyReceives(heartbeatPeriod),
          output: this.fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
  }
}
