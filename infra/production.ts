import type { Stage } from "./config.ts";

/** Throws where a production stage would tell nobody of its alarms; `name` is the stage or its stack. */
export function requireAlarmAddress(name: string, { isProduction, alarmEmail }: Stage): void {
  if (!isProduction || alarmEmail !== null) return;
  throw new Error(
    `${name} is a production stage without an address for its alarms: set alarmEmail of the stage in infra/config.ts.`,
  );
}
