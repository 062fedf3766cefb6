import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stackName } from "#infra/config.ts";
import { type Certificates, createCertificates, trustAuthority } from "#test/support/webhooks/certificates.ts";
import { createCdk } from "./cdk.ts";
import { type CloudFormationTemplate, readTemplate, replaceTemplate } from "./emulator/cloud-template.ts";
import { verifyResources, verifyRetained } from "./emulator/deployed-stack.ts";
import { region, startEmulator } from "./emulator/emulator.ts";
import { adapt, reduceAll, withApiUrl } from "./emulator/emulator-template.ts";
import { type HttpsGateway, startHttpsGateway } from "./emulator/https-gateway.ts";
import { runSmokeTests } from "./smoke/run-smoke-tests.ts";

type EmulatedDeployment = {
  /** The root of the repository. */
  readonly root: string;
  readonly python: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A cloud assembly of all stages. Its templates are reduced to what the emulator supports. */
  readonly assembly: string;
  /** An empty folder for all other files. */
  readonly folder: string;
  progress(text: string): void;
};

const dev = stackName("dev");
const prod = stackName("prod");

/**
 * Deploys dev into the emulator by the CDK, runs the smoke tests, and deploys it again, unchanged and after it was
 * destroyed; then prod. Throws if a result differs from AWS, except for the listed limits of the emulator.
 */
export async function deployToEmulator({ python, ...options }: EmulatedDeployment): Promise<void> {
  const { folder, variables: inherited, progress } = options;
  const certificates = await createCertificates();
  const files = await writeCertificates(folder, certificates);
  const variables = { ...inherited, NODE_EXTRA_CA_CERTS: files.authority };
  trustAuthority(certificates.authority);
  progress("Starting ministack");
  const emulator = await startEmulator({ python, tls: files, variables, log: join(folder, "ministack.log") });
  try {
    const { endpoint } = emulator;
    const gateway = await startHttpsGateway(certificates.valid, endpoint);
    try {
      await deployAndVerify(
        { ...options, variables: { ...variables, ...emulatedAccount(endpoint) } },
        endpoint,
        gateway,
      );
    } finally {
      await gateway.stop();
    }
  } finally {
    await emulator.stop();
  }
}

async function deployAndVerify(
  { root, assembly, folder, variables, progress }: Omit<EmulatedDeployment, "python">,
  endpoint: string,
  gateway: HttpsGateway,
): Promise<void> {
  const templates = await prepareTemplates(assembly, gateway.origin, progress);
  const cdk = createCdk({ root, assembly, variables, logs: folder });
  const deploy = async (stack: string) => {
    const template = templates[stack];
    if (template === undefined) throw new Error(`The assembly has no template of ${stack}.`);
    progress(`cdk deploy ${stack}: ${Object.keys(template.Resources).length} resources`);
    await cdk.deploy(stack);
    return verifyResources(endpoint, stack, template);
  };
  progress("cdk bootstrap");
  await cdk.bootstrap();
  const first = await deploy(dev);
  gateway.serve(first.api);
  progress("Running smoke tests against the deployed stack");
  progress(await runSmokeTests({ root, stack: dev, variables, folder }));
  progress("Deploying again without changes");
  await cdk.deployUnchanged(dev);
  progress("cdk destroy, which retains the tables");
  await cdk.destroy(dev);
  await verifyRetained(endpoint, first);
  // On AWS the new stack has new tables; ministack gives them the names of the old ones, and adopts those.
  await deploy(dev);
  await deploy(prod);
}

/** Reduces the templates to what the emulator supports, and returns them by stack. */
async function prepareTemplates(
  assembly: string,
  apiUrl: string,
  progress: EmulatedDeployment["progress"],
): Promise<Readonly<Record<string, CloudFormationTemplate>>> {
  const wholes = { [dev]: await readTemplate(assembly, dev), [prod]: await readTemplate(assembly, prod) };
  const templates: Record<string, CloudFormationTemplate> = {};
  for (const [stack, { template: reduced, counts }] of Object.entries(reduceAll(wholes))) {
    const omitted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    progress(`Leaving out of ${stack} what the emulator does not support: ${omitted.join(", ")}`);
    const template = withApiUrl(adapt(reduced), apiUrl);
    await replaceTemplate(assembly, stack, template);
    templates[stack] = template;
  }
  return templates;
}

/** Writes the certificate of the authority, and the certificate and key of servers. */
async function writeCertificates(folder: string, { authority, valid }: Certificates) {
  const path = (name: string) => join(folder, `${name}.pem`);
  const files = { authority: path("authority"), cert: path("cert"), key: path("key") };
  await writeFile(files.authority, authority);
  await writeFile(files.cert, valid.cert);
  await writeFile(files.key, valid.key);
  return files;
}

/** Returns the variables that make every AWS client use the emulator. */
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
