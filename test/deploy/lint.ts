import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { type Stage, stages } from "../../infra/config.ts";
import { EdgeAclStack, globalRegion } from "../../infra/edge-acl.ts";
import { ActivityLogStack } from "../../infra/stack.ts";
import { fullStage } from "../support/full-stage.ts";
import { acceptedFindings } from "./accepted-findings.ts";
import { problemsOf } from "./lint-findings.ts";
import { run } from "./programs.ts";

/** The largest Region, the one of most users in Europe, and two that lack some of what others have. */
const regions = ["us-east-1", "eu-central-1", "ap-south-1", "il-central-1"];

type Options = {
  readonly cfnLint: string;
  readonly variables: Readonly<Record<string, string>>;
  /** An empty folder for templates and logs. */
  readonly folder: string;
};

/**
 * Checks the templates of all stages and of everything that a stage can ask for, by AWS's resource schemas of each
 * region. Gives the number of templates. Throws with what is wrong with them.
 */
export async function lintTemplates({ cfnLint, variables, folder }: Options): Promise<number> {
  const templates = synthesizeAll(join(folder, "all-stages"));
  const edgeTemplates = synthesizeEdge(join(folder, "edge"));
  const report = async (name: string, files: readonly string[], inRegions: readonly string[]) => {
    const output = join(folder, `${name}.json`);
    const args = ["--format", "json", "--output-file", output, "--non-zero-exit-code", "none"];
    args.push("--regions", ...inRegions, "--", ...files);
    const log = join(folder, `${name}.log`);
    await run({ title: "cfn-lint", command: cfnLint, args, variables, log, timeoutMs: 300_000 });
    return readFile(output, "utf8");
  };
  const problems = [
    ...problemsOf(await report("all-stages", templates, regions), acceptedFindings),
    // A web ACL of CloudFront can be nowhere else.
    ...problemsOf(await report("edge", edgeTemplates, [globalRegion]), {}),
  ];
  if (problems.length > 0) throw new Error(`cfn-lint finds:\n${problems.join("\n")}`);
  return templates.length + edgeTemplates.length;
}

function synthesizeAll(outdir: string): string[] {
  const app = new App({ outdir });
  const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1";
  const full: Stage = { ...stages.prod, ...fullStage };
  const configurations: Readonly<Record<string, Stage>> = {
    ...stages,
    full,
    // Outside us-east-1 the web ACL has a stack of its own.
    "full-elsewhere": { ...full, region: "eu-central-1", edge: { ...fullStage.edge, webAclArn } },
  };
  for (const [name, stage] of Object.entries(configurations)) new ActivityLogStack(app, `lint-${name}`, stage);
  app.synth();
  return templatesIn(outdir);
}

function synthesizeEdge(outdir: string): string[] {
  const app = new App({ outdir });
  new EdgeAclStack(app, "lint-edge", fullStage.edge);
  app.synth();
  return templatesIn(outdir);
}

function templatesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => join(folder, name));
}
