import { env } from "node:process";

/** Sets variables of this process, as Lambda does before it loads a function. */
export function setEnvironment(values: Readonly<Record<string, string>>): void {
  Object.assign(env, values);
}

/** The seed that a random test is to repeat, if one is given. */
export function givenSeed(): number | null {
  return env.SEED === undefined ? null : Number(env.SEED);
}

/** How many times longer than on a quiet machine tests are to wait, if it is said. */
export function givenSlowness(): string | undefined {
  return env.TEST_SLOWNESS;
}

/** The deployed stack that the stories are told to, by `TARGET=deployed STACK=name`; `null` for one on this machine. */
export function deployedStack(): string | null {
  const { TARGET = "local", STACK } = env;
  if (TARGET === "local") return null;
  if (TARGET !== "deployed") throw new Error(`There is no target '${TARGET}': TARGET is local or deployed.`);
  if (!STACK) throw new Error("Name the deployed stack: STACK=activity-log-dev.");
  return STACK;
}

/** A variable that a process which a test starts has to inherit. */
export function inherited(name: string): string | undefined {
  return env[name];
}
