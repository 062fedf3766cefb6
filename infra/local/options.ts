import { parseArgs } from "node:util";

export type StartOptions = {
  readonly port: number;
  readonly data: string | undefined;
  readonly empty: boolean;
  readonly help: boolean;
};

export const usage = `Runs the stack on this machine until Ctrl-C.

npm start -- [--port N] [--data DIR] [--empty]

  --port N    port of the API, 0 for any free port (default: PORT or 3000)
  --data DIR  folder for data and logs that survive restarts (default: in memory)
  --empty     do not load the demo data
  --help      show this help
`;

/** Parses the command line of `npm start`. Throws if an option is invalid. */
export function parseStartOptions(args: string[], defaultPort: string | undefined): StartOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: defaultPort || "3000" },
      data: { type: "string" },
      empty: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`"${values.port}" is not a port: pass a number from 0 to 65535`);
  }
  return { port: Number(values.port), data: values.data, empty: values.empty, help: values.help };
}
