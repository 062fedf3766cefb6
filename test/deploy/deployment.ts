import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stackName } from "../../infra/config.ts";
import { synthesize } from "../../infra/local/synthesize.ts";
import { type Certificates, makeCertificates, trust } from "../support/certificates.ts";
import { createCdk } from "./cdk.ts";
import { type CloudFormationTemplate, readTemplate, replaceTemplate } from "./cloud-template.ts";
import { verifyResources, verifyRetained } from "./deployed-stack.ts";
import { region, startEmulator } from "./emulator.ts";
import { adapt, reduce, withApiUrl } from "./emulator-template.ts";
import { type HttpsGateway, startHttpsGateway } from "./https-gateway.ts";
import { tellStories } from "./tell-stories.ts";

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
 * Deploys the dev stage into the emulator by the CDK, tells stories to it, and deploys it again, unchanged and after it
 * was destroyed. Throws where anything goes otherwise than on AWS, the listed limits of the emulator apart.
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
  { root, folder, variables, progress }: Omit<Options, "ministack">,
  endpoint: string,
  gateway: HttpsGateway,
): Promise<void> {
  progress("Synthesizing the dev stage");
  const assembly = join(folder, "cdk.out");
  await synthesize({ project: root, assembly, environment: variables });
  const template = await prepareTemplate(assembly, gateway.origin, progress);
  const cdk = createCdk({ root, assembly, stack, variables, logs: folder });
  progress("cdk bootstrap");
  await cdk.bootstrap();
  progress(`cdk deploy: ${Object.keys(template.Resources).length} resources`);
  await cdk.deploy();
  const first = await verifyResources(endpoint, stack, template);
  gateway.serve(first.api);
  progress("Telling stories to the deployed stack");
  progress(await tellStories({ root, stack, variables, folder }));
  progress("cdk deploy once more, which has nothing to change");
  await cdk.deployUnchanged();
  progress("cdk destroy, then cdk deploy beside what it retains");
  await cdk.destroy();
  await cdk.deploy();
  await verifyRetained(endpoint, first, await verifyResources(endpoint, stack, template));
}

/** Makes the template one that the emulator can host, and gives it. */
async function prepareTemplate(
  assembly: string,
  apiUrl: string,
  progress: Options["progress"],
): Promise<CloudFormationTemplate> {
  const { template: reduced, counts } = reduce(await readTemplate(assembly, stack));
  const omitted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  progress(`Leaving out what the emulator does not know: ${omitted.join(", ")}`);
  const template = withApiUrl(adapt(reduced), apiUrl);
  await replaceTemplate(assembly, stack, template);
  return template;
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
