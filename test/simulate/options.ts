import { parseArgs } from "node:util";

export type SimulateOptions = { readonly seed: number };

export const usage = `npm run simulate -- [--seed N]

Simulates the stage prod under the load of one organisation, with the settings of its template and the policies of its
functions, and reports how long all other organisations wait. Nothing is started or deployed.
  --seed N  repeats the run that printed it
Exit code: 0 if all checks pass, 1 otherwise.
`;

/** Parses the command line. Returns `undefined` for `--help`. Throws if an option is invalid. */
export function parseOptions(args: readonly string[], newSeed: () => number): SimulateOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) return undefined;
  if (values.seed === undefined) return { seed: newSeed() };
  const seed = Number(values.seed);
  if (/^\d{1,10}$/.test(values.seed) && seed < 2 ** 32) return { seed };
  throw new Error(`--seed must be a whole number below 4294967296, not "${values.seed}".`);
}
