import { createHash } from "node:crypto";
import type { AnchorStore } from "#shared/ledger/anchors/ports.ts";
import { createFolderAnchorStore } from "./folder-anchor-store.ts";

/** Where rounds are stored. The folder takes precedence; `null` for both stores them nowhere. */
export type AnchorStoreNames = {
  readonly folder: string | null;
  readonly bucket: string | null;
  /** With the name of the logs, identifies the log of anchors. */
  readonly ledgerTable: string;
  readonly logName: string;
};

/** Creates the store of rounds outside of the account; `null` if neither is named. */
export function createAnchorStore({ folder, bucket, ...log }: AnchorStoreNames): AnchorStore | null {
  if (folder !== null) return createFolderAnchorStore(folder);
  if (bucket === null) return null;
  const prefix = anchorPrefix(log);
  let store: Promise<Pick<AnchorStore, "put">> | null = null;
  return {
    name: `bucket#${bucket}`,
    async put(index, text) {
      // Loaded when the first round is stored: the client of S3 is the largest part of the function.
      store ??= import("./bucket-anchor-store.ts").then((module) => module.createBucketAnchorStore({ bucket, prefix }));
      await (await store).put(index, text);
    },
  };
}

/**
 * Returns the folder of a log of anchors in a bucket: 16 hexadecimal digits. A stage that is deployed anew has another table,
 * and begins with the round 0 again, which must not meet one of the former table.
 */
export function anchorPrefix({ logName, ledgerTable }: Pick<AnchorStoreNames, "logName" | "ledgerTable">): string {
  return createHash("sha256").update(`${logName}\n${ledgerTable}`).digest("hex").slice(0, 16);
}
