import { env } from "node:process";

/** Sets environment variables of this process, as Lambda does before it loads a function. */
export function setEnvironment(values: Readonly<Record<string, string>>): void {
  Object.assign(env, values);
}

/** The seed of random tests from `SEED`; `null` if not set. */
export function seedOverride(): number | null {
  return env.SEED === undefined ? null : Number(env.SEED);
}

/** The number of seeds of a simulation from `SEEDS`; `null` if not set. */
export function seedCountOverride(): number | null {
  return env.SEEDS === undefined ? null : Number(env.SEEDS);
}

/** Factor of all waiting times from `TEST_SLOWNESS`. */
export function slownessOverride(): string | undefined {
  return env.TEST_SLOWNESS;
}

/** The deployed stack to test, from `TARGET=deployed STACK=name`; `null` for one on this machine. */
export function deployedStack(): string | null {
  const { TARGET = "local", STACK } = env;
  if (TARGET === "local") return null;
  if (TARGET !== "deployed") throw new Error(`Unknown target '${TARGET}'. Set TARGET to local or deployed.`);
  if (!STACK) throw new Error("Name the deployed stack: STACK=activity-log-dev.");
  return STACK;
}

/** Returns a variable that child processes of a test must inherit. */
export function inherited(name: string): string | undefined {
  return env[name];
}
