import { PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { anchorFileName } from "#shared/ledger/anchors/anchor-file-name.ts";
import type { AnchorStore } from "#shared/ledger/anchors/ports.ts";
import { clientOptions } from "#shared/platform/aws/clients.ts";

const preconditionFailed = 412;

/** Creates the store of rounds in an S3 bucket, whose Object Lock keeps each object as it was stored first. */
export function createBucketAnchorStore(bucket: string, client: S3Client = new S3Client(clientOptions)): AnchorStore {
  return {
    name: `bucket#${bucket}`,

    async put(index, text) {
      const request = new PutObjectCommand({
        Bucket: bucket,
        Key: `anchors/${anchorFileName(index)}`,
        Body: text,
        ContentType: "text/plain; charset=utf-8",
        // S3 requires a checksum for a bucket with Object Lock.
        ChecksumAlgorithm: "SHA256",
        IfNoneMatch: "*",
      });
      try {
        await client.send(request);
      } catch (error) {
        const exists = error instanceof S3ServiceException && error.$metadata.httpStatusCode === preconditionFailed;
        if (!exists) throw error;
      }
    },
  };
}
