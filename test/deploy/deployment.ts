import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stackName } from "../../infra/config.ts";
import { synthesize } from "../../infra/local/synthesize.ts";
import { makeCertificates } from "../support/certificates.ts";
import { type CloudFormationTemplate, readTemplate, reduce, replaceTemplate } from "./cloud-assembly.ts";
import { repairCors, verifyResources } from "./emulated-api.ts";
import { account, region, startEmulator } from "./emulator.ts";
import { expectedFailures } from "./emulator-limits.ts";
import { startHttpsGateway } from "./https-gateway.ts";
import { run } from "./programs.ts";
import { parseStories, type Story, surprises } from "./stories.ts";

type Options = {
  /** The root of the repository. */
  readonly root: string;
  readonly ministack: string;
  readonly variables: Readonly<Record<string, string>>;
  /** An empty folder for all that is written. */
  readonly folder: string;
  progress(text: string): void;
};

const stack = stackName("dev");

/**
 * Deploys the dev stage into the emulator by the CDK, and tells the smoke stories to it. Throws where anything goes
 * otherwise than on AWS, the listed limits of the emulator apart.
 */
export async function deployToEmulator({ root, ministack, variables, folder, progress }: Options): Promise<void> {
  const { authority, valid } = await makeCertificates();
  const authorityFile = join(folder, "authority.pem");
  await writeFile(authorityFile, authority);
  progress("Starting ministack");
  const emulator = await startEmulator({ ministack, variables, log: join(folder, "ministack.log") });
  try {
    const gateway = await startHttpsGateway(valid, emulator.endpoint);
    try {
      const target = {
        root,
        folder,
        progress,
        variables: { ...variables, ...emulatedAccount(emulator.endpoint), NODE_EXTRA_CA_CERTS: authorityFile },
      };
      const template = await deploy(target, gateway.origin);
      const apiId = await verifyResources(emulator.endpoint, stack, template);
      await repairCors(emulator.endpoint, apiId, template);
      gateway.serve(apiId);
      await tellStories(target);
    } finally {
      await gateway.stop();
    }
  } finally {
    await emulator.stop();
  }
}

/** Variables by which every client of AWS finds the emulator, and nothing else. */
function emulatedAccount(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
  };
}

type Target = Omit<Options, "ministack">;

/** Bootstraps and deploys, and gives the template that was deployed. */
async function deploy({ root, folder, variables, progress }: Target, apiUrl: string): Promise<CloudFormationTemplate> {
  const assembly = join(folder, "cdk.out");
  const cdk = (name: string, ...args: string[]) =>
    run({
      title: `cdk ${name}`,
      command: join(root, "node_modules/.bin/cdk"),
      args: [name, "--no-notices", "--app", assembly, ...args],
      variables,
      log: join(folder, `cdk-${name}.log`),
      timeoutMs: 300_000,
    });
  progress("Synthesizing the dev stage");
  await synthesize({ project: root, assembly, environment: variables });
  const { template, counts } = reduce(await readTemplate(assembly, stack), apiUrl);
  await replaceTemplate(assembly, stack, template);
  const omitted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  progress(`Left out, since the emulator does not know them: ${omitted.join(", ")}`);
  progress("cdk bootstrap");
  await cdk("bootstrap", `aws://${account}/${region}`);
  progress(`cdk deploy ${stack}: ${Object.keys(template.Resources).length} resources`);
  await cdk("deploy", stack, "--require-approval", "never");
  return template;
}

async function tellStories({ root, folder, variables, progress }: Target): Promise<void> {
  progress("The smoke stories");
  const output = join(folder, "stories.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  // Vitest ends with 1 where a story fails, which may be an expected failure.
  const okCodes = [0, 1];
  await run(
    {
      title: "The smoke stories",
      command: "npm",
      args: ["run", "smoke", "--", ...reporters, "--testTimeout=180000", "--hookTimeout=180000"],
      variables: { ...variables, TARGET: "deployed", STACK: stack },
      log: join(folder, "stories.log"),
      timeoutMs: 600_000,
    },
    okCodes,
  );
  const stories = parseStories(await readFile(output, "utf8"), root);
  const unexpected = surprises(stories, expectedFailures);
  if (unexpected.length > 0) throw new Error(`The smoke stories:\n${unexpected.join("\n")}`);
  progress(summary(stories));
}

function summary(stories: readonly Story[]): string {
  const passed = stories.filter(({ status }) => status === "passed").length;
  const failed = Object.keys(expectedFailures).length;
  return `${passed} of ${stories.length} stories pass${failed === 0 ? "" : `; ${failed} fail through the emulator`}`;
}
