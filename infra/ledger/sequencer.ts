import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods, whenStreamLagExceeds } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction, streamFunctionProps } from "#infra/constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { QuarantineQueue, whenNotEmpty } from "#infra/constructs/queue.ts";
import { ledgerWriters } from "#infra/constructs/role-paths.ts";
import { depth, graph, ownMetric } from "#infra/constructs/widgets.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Ledger } from "./ledger.ts";

export type SequencerProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly ledger: Ledger;
};

/** The function that gives each event its sequence: it appends the stream of the events table to the ledger. */
export class Sequencer extends Construct {
  readonly fn: NodeFunction;
  /** References to stream records that could not be sequenced. */
  readonly deadLetters: QuarantineQueue;

  constructor(scope: Construct, id: string, { observability, eventLog, auth, ledger }: SequencerProps) {
    super(scope, id);
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ledger/sequencer.ts",
      description: "Appends every record of the event stream to the ledger.",
      timeoutSeconds: 60,
      rolePath: ledgerWriters,
      ...streamFunctionProps(observability),
    });
    ledger.grantAppend(this.fn);
    auth.grantSequencerClaims(this.fn);
    // The function itself quarantines the records of damaged logs, in the same queue as Lambda.
    this.deadLetters.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.sequencerDeadLetters, this.deadLetters.queueUrl);
    // The claims need one batch of a shard at a time, whole and in order: no parallelization, no bisection and no filter.
    eventLog.addStreamSource(this.fn, {
      deadLetters: this.deadLetters,
      batchSize: 500,
      parallelizationFactor: 1,
      bisectBatchOnError: false,
      // Only the events of mappings with a tumbling window name the shard. The longest window has the fewest invocations.
      tumblingWindow: Duration.minutes(15),
    });
    this.addAlarms(observability);
    observability.dashboard.addRow(
      "Sequencer",
      graph("Entries appended to the ledger", [ownMetric(metricNames.entriesSequenced, "Sum")]),
      graph("Stream age of the sequencer, ms", [this.fn.metric("IteratorAge", { statistic: "Maximum" })]),
      graph("Dead letters of the sequencer", [depth(this.deadLetters, "dead letters")]),
    );
  }

  private addAlarms({ alarms }: Observability): void {
    alarms.add(this, "SequencerDeadLetters", {
      severity: "page",
      description: "Stream records could not be sequenced: events are missing in the ledger.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "SequencerLag", {
      severity: "page",
      description: "Events wait in the stream for more than a minute before they are sequenced.",
      ...whenStreamLagExceeds(this.fn, Duration.minutes(1)),
    });
    alarms.add(this, "SequencerStalled", {
      severity: "page",
      description: "Events reach the audit log but not the ledger: they get no sequence and no webhooks.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: ownMetric(metricNames.eventsLogged, "Sum"),
          output: ownMetric(metricNames.entriesSequenced, "Sum").with(heartbeatPeriod),
        }),
      ),
    });
    alarms.add(this, "ClockAhead", {
      severity: "page",
      description: "The ledger ends more than a minute in the future: a clock of AWS Lambda was wrong.",
      ...whenNonZero(ownMetric(metricNames.clockAhead, "Sum")),
    });
  }
}
