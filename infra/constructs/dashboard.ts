import { Dashboard as CloudWatchDashboard, type IWidget, PeriodOverride, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";

/** Columns of a dashboard. */
const width = 24;

/** The dashboard of a stack. Each construct adds the widgets of its own resources, in the order of the stack. */
export class Dashboard extends Construct {
  readonly #dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#dashboard = new CloudWatchDashboard(this, "Dashboard", { periodOverride: PeriodOverride.AUTO });
  }

  /** Adds a titled row. Widgets share its width. */
  addRow(title: string, ...widgets: readonly IWidget[]): void {
    this.#dashboard.addWidgets(new TextWidget({ markdown: `## ${title}`, width, height: 1 }));
    this.#dashboard.addWidgets(...widgets);
  }
}
