import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { globalRegion } from "#infra/api/edge-acl.ts";
import { run } from "#test/deploy/programs.ts";
import { acceptedFindings } from "./accepted-findings.ts";
import { problemsOf } from "./lint-findings.ts";

/** The largest region, one in Europe, and two that lack some services. */
const regions = ["us-east-1", "eu-central-1", "ap-south-1", "il-central-1"];

type Options = {
  readonly cfnLint: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Folders of cloud assemblies: of stages, and of the web ACL of a stage. */
  readonly assemblies: { readonly stages: string; readonly edge: string };
  /** A folder for reports and logs. */
  readonly folder: string;
};

/**
 * Checks all templates of the assemblies with AWS's resource schemas of each region. Returns the number of templates.
 * Throws with the findings.
 */
export async function lintTemplates({ cfnLint, variables, assemblies, folder }: Options): Promise<number> {
  const report = async (name: string, templates: readonly string[], inRegions: readonly string[]) => {
    const output = join(folder, `${name}.json`);
    const args = ["--format", "json", "--output-file", output, "--non-zero-exit-code", "none"];
    args.push("--regions", ...inRegions, "--", ...templates);
    const log = join(folder, `${name}.log`);
    await run({ title: "cfn-lint", command: cfnLint, args, variables, log, timeoutMs: 300_000 });
    return readFile(output, "utf8");
  };
  const stages = templatesIn(assemblies.stages);
  const edge = templatesIn(assemblies.edge);
  const problems = [
    ...problemsOf(await report("stages", stages, regions), acceptedFindings),
    // A web ACL of CloudFront must be in this region.
    ...problemsOf(await report("edge", edge, [globalRegion]), {}),
  ];
  if (problems.length > 0) throw new Error(`cfn-lint finds:\n${problems.join("\n")}`);
  return stages.length + edge.length;
}

function templatesIn(assembly: string): string[] {
  return readdirSync(assembly)
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => join(assembly, name));
}
