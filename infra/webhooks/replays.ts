import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import type { Deliveries } from "./deliveries.ts";

export type ReplaysProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly deliveries: Deliveries;
};

/** The functions that run replays, and that start one for each endpoint that missed events. */
export class Replays extends Construct {
  readonly replayer: NodeFunction;
  /** Has no route: IAM decides which principals may invoke it. */
  readonly repair: NodeFunction;

  constructor(scope: Construct, id: string, props: ReplaysProps) {
    super(scope, id);
    this.replayer = this.addReplayer(props);
    this.repair = this.addRepair(props);
  }

  private addReplayer({ observability, eventLog, auth, deliveries }: ReplaysProps): NodeFunction {
    const fn = new NodeFunction(this, "Replayer", {
      entry: "functions/webhooks/replay.ts",
      description: "Runs replays, one page of the log at a time.",
      timeoutSeconds: 60,
      log: observability.logRetention,
      // Each page sends the message for the next page.
      allowsRecursion: true,
    });
    // At most ten replays at a time: the others wait, so that new events are not delayed.
    fn.addEventSource(
      new SqsEventSource(deliveries.replayQueue.queue, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: 10,
      }),
    );
    eventLog.grantQuery(fn);
    auth.grantListShardedOrgs(fn);
    auth.grantEndpoints(fn, "get");
    auth.grantListSuspendedOrgs(fn);
    deliveries.grant(fn, ["GetItem", "PutItem"], "replay#");
    deliveries.grant(fn, ["BatchGetItem"], "endpoint#");
    deliveries.grantListUndelivered(fn);
    deliveries.grantEnqueue(fn);
    deliveries.grantEnqueueReplays(fn);
    return fn;
  }

  /**
   * A function of its own, not an action of the admin function: it reads the log of every organisation, and the right to
   * repair webhooks must not include the right to issue tokens.
   */
  private addRepair({ observability, eventLog, auth, deliveries }: ReplaysProps): NodeFunction {
    const fn = new NodeFunction(this, "Repair", {
      entry: "functions/webhooks/repair.ts",
      description: "Starts replays of events that the fan-out missed. Invoked through IAM only.",
      // It stops taking organisations after 8 seconds; those in progress end within another 8.
      timeoutSeconds: 60,
      log: observability.auditLogs.access,
    });
    auth.grantEndpoints(fn, "list");
    eventLog.grantQuery(fn);
    auth.grantListShardedOrgs(fn);
    deliveries.grant(fn, ["Query", "PutItem"], "replay#");
    deliveries.grant(fn, ["BatchGetItem"], "endpoint#");
    deliveries.grantListUndelivered(fn);
    deliveries.grantEnqueueReplays(fn);
    return fn;
  }
}
