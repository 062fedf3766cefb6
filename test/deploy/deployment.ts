import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stackName } from "#infra/config.ts";
import { type Certificates, makeCertificates, trust } from "#test/support/webhooks/certificates.ts";
import { createCdk } from "./cdk.ts";
import { type CloudFormationTemplate, readTemplate, replaceTemplate } from "./emulator/cloud-template.ts";
import { verifyResources, verifyRetained } from "./emulator/deployed-stack.ts";
import { region, startEmulator } from "./emulator/emulator.ts";
import { adapt, reduceAll, withApiUrl } from "./emulator/emulator-template.ts";
import { type HttpsGateway, startHttpsGateway } from "./emulator/https-gateway.ts";
import { tellStories } from "./stories/run-scenarios.ts";

type Options = {
  /** The root of the repository. */
  readonly root: string;
  readonly ministack: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A cloud assembly of all stages. Its templates become such as the emulator can host. */
  readonly assembly: string;
  /** An empty folder for all that is written besides. */
  readonly folder: string;
  progress(text: string): void;
};

const dev = stackName("dev");
const prod = stackName("prod");

/**
 * Deploys dev into the emulator by the CDK, tells stories to it, and deploys it again, unchanged and after it was
 * destroyed; then prod. Throws where anything goes otherwise than on AWS, the listed limits of the emulator apart.
 */
export async function deployToEmulator({ ministack, ...options }: Options): Promise<void> {
  const { folder, variables: inherited, progress } = options;
  const certificates = await makeCertificates();
  const files = await writeCertificates(folder, certificates);
  const variables = { ...inherited, NODE_EXTRA_CA_CERTS: files.authority };
  trust(certificates.authority);
  progress("Starting ministack");
  const emulator = await startEmulator({ ministack, tls: files, variables, log: join(folder, "ministack.log") });
  try {
    const { endpoint } = emulator;
    const gateway = await startHttpsGateway(certificates.valid, endpoint);
    try {
      await deployAndTell({ ...options, variables: { ...variables, ...emulatedAccount(endpoint) } }, endpoint, gateway);
    } finally {
      await gateway.stop();
    }
  } finally {
    await emulator.stop();
  }
}

async function deployAndTell(
  { root, assembly, folder, variables, progress }: Omit<Options, "ministack">,
  endpoint: string,
  gateway: HttpsGateway,
): Promise<void> {
  const templates = await prepareTemplates(assembly, gateway.origin, progress);
  const cdk = createCdk({ root, assembly, variables, logs: folder });
  const deploy = async (stack: string) => {
    const template = templates[stack];
    if (template === undefined) throw new Error(`There is no template of ${stack}.`);
    progress(`cdk deploy ${stack}: ${Object.keys(template.Resources).length} resources`);
    await cdk.deploy(stack);
    return verifyResources(endpoint, stack, template);
  };
  progress("cdk bootstrap");
  await cdk.bootstrap();
  const first = await deploy(dev);
  gateway.serve(first.api);
  progress("Telling stories to the deployed stack");
  progress(await tellStories({ root, stack: dev, variables, folder }));
  progress("The same deployment once more, which has nothing to change");
  await cdk.deployUnchanged(dev);
  progress("cdk destroy, which retains the tables");
  await cdk.destroy(dev);
  await verifyRetained(endpoint, first);
  // On AWS the new stack has new tables; ministack names them like the old ones, which it takes over.
  await deploy(dev);
  await deploy(prod);
}

/** Makes the templates such as the emulator can host, and gives them by stack. */
async function prepareTemplates(
  assembly: string,
  apiUrl: string,
  progress: Options["progress"],
): Promise<Readonly<Record<string, CloudFormationTemplate>>> {
  const wholes = { [dev]: await readTemplate(assembly, dev), [prod]: await readTemplate(assembly, prod) };
  const templates: Record<string, CloudFormationTemplate> = {};
  for (const [stack, { template: reduced, counts }] of Object.entries(reduceAll(wholes))) {
    const omitted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    progress(`Leaving out of ${stack} what the emulator does not know: ${omitted.join(", ")}`);
    const template = withApiUrl(adapt(reduced), apiUrl);
    await replaceTemplate(assembly, stack, template);
    templates[stack] = template;
  }
  return templates;
}

/** Files of the authority's certificate, and of the certificate and key of servers. */
async function writeCertificates(folder: string, { authority, valid }: Certificates) {
  const path = (name: string) => join(folder, `${name}.pem`);
  const files = { authority: path("authority"), cert: path("cert"), key: path("key") };
  await writeFile(files.authority, authority);
  await writeFile(files.cert, valid.cert);
  await writeFile(files.key, valid.key);
  return files;
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
