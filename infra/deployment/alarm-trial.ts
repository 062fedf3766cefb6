/** What happened to an alarm: one entry of its history, as CloudWatch words it. */
export type AlarmAction = { readonly at: Date; readonly summary: string };

export type TopicSubscription = { readonly endpoint: string; readonly isConfirmed: boolean };

/** What the trial of an alarm asks of AWS. Every call may throw: rights differ. */
export type AlarmPorts = {
  /** The physical name of the first alarm of a stack whose logical id begins so; `null` where there is none. */
  alarmOf(stackName: string, logicalId: string): Promise<string | null>;
  alarm(name: string): Promise<{ readonly state: string; readonly topics: readonly string[] }>;
  setState(name: string, state: "ALARM" | "OK", reason: string): Promise<void>;
  /** The actions of an alarm from a time on, oldest first. */
  actions(name: string, since: Date): Promise<AlarmAction[]>;
  /** The topics of a stack. */
  topicsOf(stackName: string): Promise<string[]>;
  subscriptions(topic: string): Promise<TopicSubscription[]>;
  now(): Date;
  wait(ms: number): Promise<void>;
};

export type TrialResult = { readonly failed: boolean; readonly lines: readonly string[] };

/** A notice rather than a page: everybody who has subscribed hears of each deployment. */
const tried = "AuthAdminErrors";

/** CloudWatch writes an alarm's history within seconds. */
const historyMs = 60_000;
const pauseMs = 2_000;

/**
 * Sets an alarm of a stack to ALARM, and reads from its history whether its topic took the message. Says which
 * subscriptions wait for their confirmation: those get nothing yet. Throws where AWS cannot be asked.
 */
export async function tryAlarm(stackName: string, ports: AlarmPorts): Promise<TrialResult> {
  const pending = await unconfirmed(stackName, ports);
  const name = await ports.alarmOf(stackName, tried);
  if (name === null) return { failed: true, lines: [`${stackName} has no alarm ${tried}.`, ...pending] };
  const { state } = await ports.alarm(name);
  if (state === "ALARM") return { failed: false, lines: [`Not tried: ${name} is in ALARM already.`, ...pending] };
  const since = ports.now();
  await ports.setState(name, "ALARM", `A trial after the deployment of ${stackName}: nothing is wrong.`);
  const action = await firstAction(name, since, ports);
  await ports.setState(name, "OK", `The trial after the deployment of ${stackName} has ended.`);
  const [failed, line] = verdict(name, action);
  return { failed, lines: [line, ...pending] };
}

function verdict(name: string, action: AlarmAction | null): [failed: boolean, line: string] {
  if (action === null) return [true, `${name} was set to ALARM, and took no action within ${historyMs / 1_000} s.`];
  if (action.summary.startsWith("Successfully executed"))
    return [false, `Alarms arrive at their topic: ${action.summary}`];
  return [true, `Alarms do not arrive: ${action.summary}`];
}

async function firstAction(name: string, since: Date, ports: AlarmPorts): Promise<AlarmAction | null> {
  const end = since.getTime() + historyMs;
  for (;;) {
    const [action] = await ports.actions(name, since);
    if (action !== undefined) return action;
    if (ports.now().getTime() >= end) return null;
    await ports.wait(pauseMs);
  }
}

async function unconfirmed(stackName: string, ports: AlarmPorts): Promise<string[]> {
  const topics = await ports.topicsOf(stackName);
  const subscriptions = (await Promise.all(topics.map((topic) => ports.subscriptions(topic)))).flat();
  if (subscriptions.length === 0) return ["No address hears of alarms: the topics have no subscription."];
  const waiting = new Set(subscriptions.filter(({ isConfirmed }) => !isConfirmed).map(({ endpoint }) => endpoint));
  return [...waiting].map(
    (endpoint) => `${endpoint} hears of no alarm yet: confirm the subscriptions by the links in two e-mails of AWS.`,
  );
}
