import type { AccountPorts } from "#infra/deployment/account-ports.ts";
import type { AlarmAction, AlarmPorts, TopicSubscription } from "#infra/deployment/trigger-test-alarm.ts";

/** Creates the ports of an account that was used before, with the default quotas and without a stack of the log. */
export function buildAccountPorts(changed: Partial<AccountPorts> = {}): AccountPorts {
  return {
    region: async () => "eu-central-1",
    concurrency: async () => ({ limit: 1_000, unreserved: 1_000 }),
    reservedBy: async () => 0,
    bootstrapVersion: async () => 30,
    stack: async () => null,
    certificate: async () => ({ status: "ISSUED", names: ["activity.example.com"] }),
    hostedZone: async () => ({ name: "example.com" }),
    backupSettings: async () => ({ optedIn: true, isManaged: true }),
    tagged: async () => [],
    ...changed,
  };
}

export type AlarmsInMemory = AlarmPorts & {
  /** The states that were set, in order. */
  readonly states: string[];
};

/** Creates a stack with one alarm and the summary of each of its actions; `null` if CloudWatch writes none. */
export function buildAlarmPorts(
  summary: string | null,
  changed: { state?: string; subscriptions?: TopicSubscription[]; alarm?: string | null } = {},
): AlarmsInMemory {
  const { state = "OK", subscriptions = [{ endpoint: "ops@example.com", isConfirmed: true }] } = changed;
  const states: string[] = [];
  let ms = 0;
  const actionsOf = (): AlarmAction[] => (summary === null || ms < 4_000 ? [] : [{ at: new Date(ms), summary }]);
  return {
    states,
    alarmOf: async (stackName, id) => (changed.alarm === undefined ? `${stackName}-${id}` : changed.alarm),
    alarm: async () => ({ state, topics: ["topic"] }),
    setState: async (_, next) => void states.push(next),
    actions: async () => actionsOf(),
    topicsOf: async () => ["page", "notice"],
    subscriptions: async () => subscriptions,
    now: () => new Date(ms),
    async wait(pause) {
      ms += pause;
    },
  };
}
