import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { ledgerWriters } from "#infra/constructs/role-paths.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import type { Ledger } from "./ledger.ts";

export type ReconcilerProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly ledger: Ledger;
};

/** The function that appends events to logs that lack them. It has no route: IAM decides which principals may invoke it. */
export class Reconciler extends Construct {
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { observability, eventLog, auth, ledger }: ReconcilerProps) {
    super(scope, id);
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ledger/reconcile.ts",
      description: "Appends events to logs that lack them. Invoked through IAM only.",
      // It starts no step after 10 seconds; the last one ends within another 10.
      timeoutSeconds: 60,
      rolePath: ledgerWriters,
      memory: 1024,
      log: observability.auditLogs.access,
    });
    eventLog.grantQuery(this.fn);
    eventLog.grantBatchGet(this.fn);
    ledger.grantAppend(this.fn);
    auth.grantListOrgs(this.fn);
    auth.grantListShardedOrgs(this.fn);
    auth.grantReconcileRuns(this.fn);
  }
}
