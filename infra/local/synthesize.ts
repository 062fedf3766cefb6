import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import * as z from "zod";

interface Options {
  /** Folder of the project's `cdk.json`. */
  readonly project: string;
  /** Folder to write the assembly to; what it holds is removed. */
  readonly assembly: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs the CDK app of the project, as `cdk synth` would. Throws with the app's own output when it fails. */
export async function synthesize({ project, assembly, environment }: Options): Promise<void> {
  const { app } = z.object({ app: z.string() }).parse(JSON.parse(await readFile(join(project, "cdk.json"), "utf8")));
  await rm(assembly, { recursive: true, force: true });
  // The app says "node", and means the one that runs this.
  const path = [dirname(process.execPath), environment.PATH].join(delimiter);
  const child = spawn(app, {
    shell: true,
    cwd: project,
    env: { ...environment, PATH: path, CDK_OUTDIR: assembly },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const [code] = await once(child, "close");
  process.off("exit", kill);
  if (code !== 0) throw new Error(`The stack could not be synthesized:\n${Buffer.concat(output).toString("utf8")}`);
}
