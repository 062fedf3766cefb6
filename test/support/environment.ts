import { env } from "node:process";

/** Sets variables of this process, as Lambda does before it loads a function. */
export function setEnvironment(values: Readonly<Record<string, string>>): void {
  Object.assign(env, values);
}

/** The seed that a random test is to repeat, if one is given. */
export function givenSeed(): number | null {
  return env.SEED === undefined ? null : Number(env.SEED);
}
