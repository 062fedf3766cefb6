import { env } from "node:process";

/** The variables that `npm start` was given, which what it starts inherits. */
export const environment: Readonly<Record<string, string | undefined>> = env;

/** Dates are UTC in Lambda; threads cannot have a time zone of their own. */
export function useUtc(): void {
  env.TZ = "UTC";
}
