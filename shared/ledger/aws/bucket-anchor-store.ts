import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { anchorFileName } from "#shared/ledger/anchors/anchor-file-name.ts";
import { assertSameRound } from "#shared/ledger/anchors/assert-same-round.ts";
import type { AnchorStore } from "#shared/ledger/anchors/ports.ts";
import { clientOptions } from "#shared/platform/aws/clients.ts";

const preconditionFailed = 412;

/**
 * Creates the store of rounds in an S3 bucket, whose Object Lock keeps each object as it was stored first. The rounds of a log
 * of anchors have a prefix of their own, so that several can share a bucket.
 */
export function createBucketAnchorStore(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  client: S3Client = new S3Client(clientOptions),
): Pick<AnchorStore, "put"> {
  return {
    async put(index, text) {
      const object = { Bucket: bucket, Key: `anchors/${prefix}/${anchorFileName(index)}` };
      const request = new PutObjectCommand({
        ...object,
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
        const { Body } = await client.send(new GetObjectCommand(object));
        assertSameRound(index, (await Body?.transformToString()) ?? "", text);
      }
    },
  };
}
