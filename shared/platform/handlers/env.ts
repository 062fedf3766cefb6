import { env as environment } from "node:process";
import type { EnvVar } from "#shared/platform/env-vars.ts";

/** Returns the value of a variable that the stack sets. Throws if it is missing, so that a wiring error fails the cold start. */
export function env(variable: EnvVar): string {
  const value = environment[variable];
  if (value === undefined || value === "") throw new Error(`The environment variable ${variable} is not set.`);
  return value;
}

/** Returns the value of a variable that only some stages set; `null` if it is not set. */
export function optionalEnv(variable: EnvVar): string | null {
  return environment[variable] || null;
}

/** Whether a variable that no stack sets has the value `allow`. */
export function isAllowed(variable: EnvVar): boolean {
  return environment[variable] === "allow";
}
