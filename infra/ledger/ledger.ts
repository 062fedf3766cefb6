import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { addStreamSource, type StreamSourceOptions } from "#infra/constructs/stream-source.ts";
import { appendOnlyTable } from "#infra/constructs/table.ts";
import { tableThrottles } from "#infra/constructs/throttling.ts";
import { graph } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";

export type LedgerProps = { readonly observability: Pick<Observability, "alarms" | "dashboard"> };

/** The append-only logs of all organisations in the order of their sequences: the table, and the grants for it. */
export class Ledger extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { observability }: LedgerProps) {
    super(scope, id);
    const { alarms, dashboard } = observability;
    this.table = new TableV2(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.NUMBER },
      ...appendOnlyTable("DenyRewritingLedger"),
    });
    const writes = tableThrottles(this.table, "Write", []);
    const reads = tableThrottles(this.table, "Read", []);
    alarms.add(this, "LedgerThrottled", {
      severity: "notice",
      description: "DynamoDB throttles writes to the ledger.",
      ...whenNonZeroForThreePeriods(writes),
    });
    alarms.add(this, "LedgerReadsThrottled", {
      severity: "notice",
      description: "DynamoDB throttles reads of the ledger.",
      ...whenNonZeroForThreePeriods(reads),
    });
    dashboard.addRow(
      "Ledger",
      graph("Units of the ledger", [
        this.table.metricConsumedWriteCapacityUnits({ label: "written" }),
        this.table.metricConsumedReadCapacityUnits({ label: "read" }),
      ]),
      graph("Throttled by DynamoDB", [reads, writes]),
    );
  }

  /** Grants appending to logs and reading their ends. Appending in a transaction needs no other permission. */
  grantAppend(fn: LambdaFunction): void {
    this.grant(fn, ["PutItem", "Query"]);
  }

  /** Grants reading logs. */
  grantQuery(fn: LambdaFunction): void {
    this.grant(fn, ["Query"]);
  }

  /** Adds the table's stream as an event source of a function. */
  addStreamSource(fn: LambdaFunction, source: StreamSourceOptions): void {
    addStreamSource(this.table, fn, source);
  }

  private grant(fn: LambdaFunction, names: string[]): void {
    fn.addEnvironment(envVars.ledgerTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn] }));
  }
}
