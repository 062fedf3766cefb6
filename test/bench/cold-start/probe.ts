import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

const run = promisify(execFile);

/**
 * Loads a function, calls it once, and prints the total duration and the response. Lambda's runtime has already loaded
 * `node:http`.
 */
const probe = `
import "node:http";
const [, , bundle, text] = process.argv;
const event = JSON.parse(text);
const write = process.stdout.write.bind(process.stdout);
const logged = [];
process.stdout.write = (line) => logged.push(line) > 0;
const started = performance.now();
const { handler } = await import(bundle);
const answer = await handler(event, { getRemainingTimeInMillis: () => 10000 });
const ms = performance.now() - started;
write(JSON.stringify({ ms, answer, logged }), () => process.exit());
`;

const Probed = z.object({ ms: z.number(), answer: z.optional(z.unknown()), logged: z.array(z.string()) });

/** Signs of a failed invocation in a response. */
const Failed = z.union([
  z.object({ statusCode: z.number().min(400) }),
  z.object({ batchItemFailures: z.array(z.unknown()).min(1) }),
  z.object({ error: z.unknown().refine((error) => error !== undefined) }),
]);

/** Returns a function that starts a bundle in a new process, calls it once, and returns the duration of both. */
export function starter(environment: Readonly<Record<string, string>>) {
  const probeFile = join(mkdtempSync(join(tmpdir(), "activity-log-bench-")), "probe.mjs");
  writeFileSync(probeFile, probe);
  return async (file: string, event: unknown): Promise<number> => {
    const input = JSON.stringify(event);
    const { stdout } = await run(process.execPath, [probeFile, file, input], { env: environment });
    const { ms, answer, logged } = Probed.parse(JSON.parse(stdout));
    if (!Failed.safeParse(answer).success) return ms;
    throw new Error(`A first call failed: ${JSON.stringify(answer)}\n${logged.join("")}`);
  };
}
