import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { buildSite } from "#clients/console/build/build-site.ts";
import type { ConsolePorts } from "./publish-console.ts";

/** Creates the ports that publish the console, in the region of the AWS profile or another. */
export function createAwsConsole(config: { readonly region?: string }): ConsolePorts {
  const cloudFormation = new CloudFormationClient(config);
  const s3 = new S3Client(config);
  return {
    async outputs(stackName) {
      const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
      const outputs = stack?.Outputs ?? [];
      return Object.fromEntries(outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
    },

    async build(site) {
      const folder = mkdtempSync(join(tmpdir(), "activity-log-console-"));
      process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
      await buildSite(folder, site);
      return folder;
    },

    async put(bucket, { key, body, headers }, { isNew }) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: headers["content-type"],
        CacheControl: headers["cache-control"],
        ...(isNew && { IfNoneMatch: "*" }),
      });
      await s3.send(command).catch((error: unknown) => {
        // See "Conditional writes" in the S3 user guide: the object exists.
        if (!(isNew && error instanceof S3ServiceException && error.name === "PreconditionFailed")) throw error;
      });
    },

    async get(url) {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.text();
    },

    wait: (seconds) => delay(seconds * 1_000),
  };
}
