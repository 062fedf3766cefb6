import { describe, expect, it } from "vitest";
import { tryAlarm } from "#infra/deployment/alarm-trial.ts";
import { buildAlarmPorts } from "#test/support/memory/account.ts";

const arrived = "Successfully executed action arn:aws:sns:eu-central-1:1:notice";
const refused =
  "Failed to execute action arn:aws:sns:eu-central-1:1:notice. … is not authorized to perform: SNS:Publish";

describe("the trial of an alarm", () => {
  it("sets one alarm to ALARM and back, and says that its topic took the message", async () => {
    const alarms = buildAlarmPorts(arrived);
    expect(await tryAlarm("stack", alarms)).toEqual({
      failed: false,
      lines: [`Alarms arrive at their topic: ${arrived}`],
    });
    expect(alarms.states).toEqual(["ALARM", "OK"]);
  });

  it("fails where the topic refused it, or nothing came of it within a minute", async () => {
    const alarms = buildAlarmPorts(refused);
    expect(await tryAlarm("stack", alarms)).toEqual({ failed: true, lines: [`Alarms do not arrive: ${refused}`] });
    expect(alarms.states).toEqual(["ALARM", "OK"]);
    const silent = buildAlarmPorts(null);
    expect(await tryAlarm("stack", silent)).toMatchObject({
      failed: true,
      lines: [expect.stringContaining("took no action within 60 s")],
    });
    expect(silent.states).toEqual(["ALARM", "OK"]);
  });

  it("fails where the stack has no such alarm, and leaves one alone that rings", async () => {
    expect(await tryAlarm("stack", buildAlarmPorts(arrived, { alarm: null }))).toMatchObject({ failed: true });
    const ringing = buildAlarmPorts(arrived, { state: "ALARM" });
    expect(await tryAlarm("stack", ringing)).toMatchObject({
      failed: false,
      lines: [expect.stringContaining("is in ALARM already")],
    });
    expect(ringing.states).toEqual([]);
  });

  it("says who hears of no alarm: addresses that were not confirmed, or nobody at all", async () => {
    const pending = buildAlarmPorts(arrived, { subscriptions: [{ endpoint: "ops@example.com", isConfirmed: false }] });
    expect((await tryAlarm("stack", pending)).lines).toEqual([
      expect.stringContaining("Alarms arrive"),
      "ops@example.com hears of no alarm yet: confirm the subscriptions by the links in two e-mails of AWS.",
    ]);
    const none = buildAlarmPorts(arrived, { subscriptions: [] });
    expect((await tryAlarm("stack", none)).lines).toContain(
      "No address hears of alarms: the topics have no subscription.",
    );
  });
});
