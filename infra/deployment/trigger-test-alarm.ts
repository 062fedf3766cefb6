/** An action of an alarm, from its history. `summary` is CloudWatch's text. */
export type AlarmAction = { readonly at: Date; readonly summary: string };

export type TopicSubscription = { readonly endpoint: string; readonly isConfirmed: boolean };

/** Reads and sets alarms. Every call may throw, because permissions differ. */
export type AlarmPorts = {
  /** Physical name of the first alarm of a stack whose logical id begins with a prefix; `null` if absent. */
  alarmOf(stackName: string, logicalId: string): Promise<string | null>;
  alarm(name: string): Promise<{ readonly state: string; readonly topics: readonly string[] }>;
  setState(name: string, state: "ALARM" | "OK", reason: string): Promise<void>;
  /** Actions of an alarm since a time, oldest first. */
  actions(name: string, since: Date): Promise<AlarmAction[]>;
  /** The topics of a stack. */
  topicsOf(stackName: string): Promise<string[]>;
  subscriptions(topic: string): Promise<TopicSubscription[]>;
  now(): Date;
  wait(ms: number): Promise<void>;
};

export type AlarmTestResult = { readonly failed: boolean; readonly lines: readonly string[] };

/** An alarm of severity `notice`: each deployment sends its message to all subscribers. */
const testedAlarm = "AuthAdminErrors";

/** CloudWatch usually updates the history of an alarm within seconds. */
const historyMs = 60_000;
const pauseMs = 2_000;

/**
 * Sets an alarm of a stack to ALARM, and reads from its history whether its topic accepted the message. Also reports
 * unconfirmed subscriptions, which receive nothing yet. Throws if a call to AWS fails.
 */
export async function triggerTestAlarm(stackName: string, ports: AlarmPorts): Promise<AlarmTestResult> {
  const pending = await listUnconfirmed(stackName, ports);
  const name = await ports.alarmOf(stackName, testedAlarm);
  if (name === null) return { failed: true, lines: [`${stackName} has no alarm ${testedAlarm}.`, ...pending] };
  const { state } = await ports.alarm(name);
  if (state === "ALARM") return { failed: false, lines: [`Not tested: ${name} is in ALARM already.`, ...pending] };
  const since = ports.now();
  await ports.setState(name, "ALARM", `Test after the deployment of ${stackName}. No action is required.`);
  const action = await waitForAction(name, since, ports);
  await ports.setState(name, "OK", `End of the test after the deployment of ${stackName}.`);
  const [failed, line] = describeAction(name, action);
  return { failed, lines: [line, ...pending] };
}

function describeAction(name: string, action: AlarmAction | null): [failed: boolean, line: string] {
  if (action === null)
    return [true, `${name} was set to ALARM, but its topic got no message within ${historyMs / 1_000} s.`];
  if (action.summary.startsWith("Successfully executed")) return [false, `Alarms reach their topic: ${action.summary}`];
  return [true, `Alarms do not reach their topic: ${action.summary}`];
}

async function waitForAction(name: string, since: Date, ports: AlarmPorts): Promise<AlarmAction | null> {
  const end = since.getTime() + historyMs;
  for (;;) {
    const [action] = await ports.actions(name, since);
    if (action !== undefined) return action;
    if (ports.now().getTime() >= end) return null;
    await ports.wait(pauseMs);
  }
}

async function listUnconfirmed(stackName: string, ports: AlarmPorts): Promise<string[]> {
  const topics = await ports.topicsOf(stackName);
  const subscriptions = (await Promise.all(topics.map((topic) => ports.subscriptions(topic)))).flat();
  if (subscriptions.length === 0) return ["The alarm topics have no subscription. Set alarmEmail in infra/config.ts."];
  const waiting = new Set(subscriptions.filter(({ isConfirmed }) => !isConfirmed).map(({ endpoint }) => endpoint));
  return [...waiting].map(
    (endpoint) =>
      `${endpoint} receives no alarms yet. Confirm both subscriptions by the links in the e-mails from AWS.`,
  );
}
