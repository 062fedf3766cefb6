import { setTimeout as delay } from "node:timers/promises";
import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
import type { AlarmPorts, TopicSubscription } from "./trigger-test-alarm.ts";

/** Creates the ports for alarms and topics in the account of the AWS profile, in its region or another. */
export function createAwsAlarms(config: { readonly region?: string }): AlarmPorts {
  const cloudFormation = new CloudFormationClient(config);
  const cloudWatch = new CloudWatchClient(config);
  const sns = new SNSClient(config);

  const resources = async (stackName: string, type: string) => {
    const found: { logicalId: string; id: string }[] = [];
    for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName })) {
      for (const { ResourceType, LogicalResourceId = "", PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (ResourceType !== type || PhysicalResourceId === undefined) continue;
        found.push({ logicalId: LogicalResourceId, id: PhysicalResourceId });
      }
    }
    return found;
  };

  return {
    async alarmOf(stackName, logicalId) {
      const alarms = await resources(stackName, "AWS::CloudWatch::Alarm");
      return alarms.find((alarm) => alarm.logicalId.startsWith(logicalId))?.id ?? null;
    },

    async alarm(name) {
      const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
      const [found] = MetricAlarms;
      if (found === undefined) throw new Error(`Alarm ${name} does not exist.`);
      return { state: found.StateValue ?? "", topics: found.AlarmActions ?? [] };
    },

    async setState(AlarmName, StateValue, StateReason) {
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
    },

    async actions(AlarmName, since) {
      const { AlarmHistoryItems = [] } = await cloudWatch.send(
        new DescribeAlarmHistoryCommand({
          AlarmName,
          HistoryItemType: "Action",
          StartDate: since,
          ScanBy: "TimestampAscending",
        }),
      );
      return AlarmHistoryItems.map(({ Timestamp = since, HistorySummary = "" }) => ({
        at: Timestamp,
        summary: HistorySummary,
      }));
    },

    topicsOf: async (stackName) => (await resources(stackName, "AWS::SNS::Topic")).map(({ id }) => id),

    async subscriptions(TopicArn) {
      const found: TopicSubscription[] = [];
      for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn })) {
        for (const { Endpoint = "", SubscriptionArn } of page.Subscriptions ?? []) {
          found.push({ endpoint: Endpoint, isConfirmed: SubscriptionArn !== "PendingConfirmation" });
        }
      }
      return found;
    },

    now: () => new Date(),
    wait: (ms) => delay(ms),
  };
}
