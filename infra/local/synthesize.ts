import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";

type Options = {
  /** Folder of the project's `cdk.json`. */
  readonly project: string;
  /** Folder to write the assembly to; an earlier assembly in it is replaced once the new one is complete. */
  readonly assembly: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Context of the CDK app, as `cdk synth -c` sets it. */
  readonly context?: Readonly<Record<string, unknown>>;
};

const cdkSettings = z.object({ app: z.string().regex(/^node [\w./-]+$/) });

/**
 * Runs the CDK app of the project, as `cdk synth` would, and returns the folder of the assembly. Throws with the app's
 * own output when it fails. The app ends with this process.
 */
export async function synthesize({ project, assembly, environment, context = {} }: Options): Promise<string> {
  const { app } = cdkSettings.parse(JSON.parse(await readFile(join(project, "cdk.json"), "utf8")));
  await removeUnfinished(assembly);
  // An app whose parent was killed may still be writing: it must not meet the files of the next one.
  const unfinished = await mkdtemp(unfinishedPrefix(assembly));
  const variables = { CDK_OUTDIR: unfinished, CDK_CONTEXT_JSON: JSON.stringify(context), ...withoutValidation };
  await runApp(app.split(" ").slice(1), project, { ...environment, ...variables });
  await rm(assembly, { recursive: true, force: true });
  await rename(unfinished, assembly);
  return assembly;
}

/**
 * The CDK checks templates against the rules of CloudFormation, which takes twice as long as the rest of a synthesis.
 * `cdk synth` and every deployment do that; the template itself is the same without it.
 */
const withoutValidation = { CDK_VALIDATION: "false" };

/** Not by a shell: it would die of a signal without passing it on, and the app would go on writing. */
async function runApp(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const [code] = await once(child, "close");
  process.off("exit", kill);
  if (code !== 0) throw new Error(`The stack could not be synthesized:\n${Buffer.concat(output).toString("utf8")}`);
}

const unfinishedPrefix = (assembly: string) => `${assembly}-`;

/** Removes what interrupted runs left. One that is still being written to stays for the next time. */
async function removeUnfinished(assembly: string): Promise<void> {
  const parent = dirname(assembly);
  await mkdir(parent, { recursive: true });
  const left = (await readdir(parent)).filter((name) => name.startsWith(basename(unfinishedPrefix(assembly))));
  await Promise.allSettled(left.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}
