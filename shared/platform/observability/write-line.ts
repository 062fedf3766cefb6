import { stdout } from "node:process";

/**
 * Writes one line of the log, as JSON and nothing else. Lambda's `console` would put a time and a request id before it,
 * and CloudWatch takes metrics only from lines that are JSON as a whole.
 */
export function writeLine(line: Readonly<Record<string, unknown>>): void {
  stdout.write(`${JSON.stringify(line)}\n`);
}
