import { env as environment } from "node:process";
import type { EnvVar } from "#shared/platform/env-vars.ts";

/**
 * The value of a variable that the stack sets. Throws at cold start where it is missing, so a wiring error shows at
 * once.
 */
export function env(variable: EnvVar): string {
  const value = environment[variable];
  if (value === undefined || value === "") throw new Error(`The environment variable ${variable} is not set.`);
  return value;
}

/** The value of a variable that only some stages set; `null` without it. */
export function optionalEnv(variable: EnvVar): string | null {
  return environment[variable] || null;
}

/** Whether a variable that no stack sets says `allow`. */
export function isAllowed(variable: EnvVar): boolean {
  return environment[variable] === "allow";
}
