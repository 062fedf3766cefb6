import { parseArgs } from "node:util";

export interface StartOptions {
  readonly port: number;
  readonly data: string | undefined;
  readonly empty: boolean;
  readonly help: boolean;
}

export const usage = `Runs the whole activity log on this machine until Ctrl-C.

npm start -- [--port N] [--data DIR] [--empty]

  --port N    port of the API, 0 for any free one (default: PORT or 3000)
  --data DIR  folder that keeps the data and its logs across restarts (default: in memory)
  --empty     leave out the demo data
  --help      show this
`;

/** Reads the command line of \`npm start\`. Throws with what to write instead. */
export function parseOptions(args: string[], defaultPort: string | undefined): StartOptions {
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
    throw new Error(`"${values.port}" is no port: give a number from 0 to 65535`);
  }
  return { port: Number(values.port), data: values.data, empty: values.empty, help: values.help };
}
