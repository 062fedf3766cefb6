import type { AnchorStore } from "#shared/ledger/anchors/ports.ts";
import { createFolderAnchorStore } from "./folder-anchor-store.ts";

/** Where rounds are stored. The folder takes precedence; `null` for both stores them nowhere. */
export type AnchorStoreNames = { readonly folder: string | null; readonly bucket: string | null };

/** Creates the store of rounds outside of the account; `null` if neither is named. */
export function createAnchorStore({ folder, bucket }: AnchorStoreNames): AnchorStore | null {
  if (folder !== null) return createFolderAnchorStore(folder);
  if (bucket === null) return null;
  let store: Promise<AnchorStore> | null = null;
  return {
    name: `bucket#${bucket}`,
    async put(index, text) {
      // Loaded when the first round is stored: the client of S3 is the largest part of the function.
      store ??= import("./bucket-anchor-store.ts").then((module) => module.createBucketAnchorStore(bucket));
      await (await store).put(index, text);
    },
  };
}
