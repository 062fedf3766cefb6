import { parseArgs } from "node:util";

/** Duration, load and seed of a soak test. */
export type SoakOptions = {
  readonly seconds: number;
  readonly seed: number;
  readonly writers: number;
};

export const usage = `npm run soak -- [--seconds 60] [--seed N] [--writers N]

Runs the whole stack under load with injected faults, then compares the accepted events with what is stored, listed
and delivered.
  --seconds N  how long writers write (default 60)
  --seed N     repeats the choices of the run that printed it
  --writers N  concurrent writers (default 4)
Exit code: 0 if all checks pass, 1 otherwise.
`;

/** Parses the command line; `undefined` if it asks for help. Throws if an option is invalid. */
export function parseOptions(args: readonly string[], newSeed: () => number): SoakOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string" },
      writers: { type: "string", default: "4" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    seconds: wholeNumber("seconds", values.seconds, 1, 86_400),
    seed: values.seed === undefined ? newSeed() : wholeNumber("seed", values.seed, 0, 2 ** 32 - 1),
    writers: wholeNumber("writers", values.writers, 1, 64),
  };
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const number = Number(text);
  if (/^\d{1,10}$/.test(text) && number >= low && number <= high) return number;
  throw new Error(`--${name} takes a whole number from ${low} to ${high}, not "${text}".`);
}
