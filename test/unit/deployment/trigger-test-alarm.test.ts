import { describe, expect, it } from "vitest";
import { triggerTestAlarm } from "#infra/deployment/trigger-test-alarm.ts";
import { buildAlarmPorts } from "#test/support/memory/account.ts";

const accepted = "Successfully executed action arn:aws:sns:eu-central-1:1:notice";
const rejected =
  "Failed to execute action arn:aws:sns:eu-central-1:1:notice. … is not authorized to perform: SNS:Publish";

describe("triggerTestAlarm", () => {
  it("sets an alarm to ALARM and back, and reports success when its topic accepts the message", async () => {
    const alarms = buildAlarmPorts(accepted);
    expect(await triggerTestAlarm("stack", alarms)).toEqual({
      failed: false,
      lines: [`Alarms reach their topic: ${accepted}`],
    });
    expect(alarms.states).toEqual(["ALARM", "OK"]);
  });

  it("fails when the topic rejects the message, or gets none within a minute", async () => {
    const alarms = buildAlarmPorts(rejected);
    expect(await triggerTestAlarm("stack", alarms)).toEqual({
      failed: true,
      lines: [`Alarms do not reach their topic: ${rejected}`],
    });
    expect(alarms.states).toEqual(["ALARM", "OK"]);
    const silent = buildAlarmPorts(null);
    expect(await triggerTestAlarm("stack", silent)).toMatchObject({
      failed: true,
      lines: [expect.stringContaining("got no message within 60 s")],
    });
    expect(silent.states).toEqual(["ALARM", "OK"]);
  });

  it("fails when the stack has no such alarm, and skips an alarm that is in ALARM", async () => {
    expect(await triggerTestAlarm("stack", buildAlarmPorts(accepted, { alarm: null }))).toMatchObject({ failed: true });
    const inAlarm = buildAlarmPorts(accepted, { state: "ALARM" });
    expect(await triggerTestAlarm("stack", inAlarm)).toMatchObject({
      failed: false,
      lines: [expect.stringContaining("is in ALARM already")],
    });
    expect(inAlarm.states).toEqual([]);
  });

  it("reports unconfirmed subscriptions, and topics without subscriptions", async () => {
    const pending = buildAlarmPorts(accepted, { subscriptions: [{ endpoint: "ops@example.com", isConfirmed: false }] });
    expect((await triggerTestAlarm("stack", pending)).lines).toEqual([
      expect.stringContaining("Alarms reach"),
      "ops@example.com receives no alarms yet. Confirm both subscriptions by the links in the e-mails from AWS.",
    ]);
    const none = buildAlarmPorts(accepted, { subscriptions: [] });
    expect((await triggerTestAlarm("stack", none)).lines).toContain(
      "The alarm topics have no subscription. Set alarmEmail in infra/config.ts.",
    );
  });
});
