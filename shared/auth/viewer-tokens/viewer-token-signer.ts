import type { KeyObject } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { ViewerKeyCache } from "./viewer-key-cache.ts";
import { findSigningKey, toPrivateKey, type ViewerKey } from "./viewer-keys.ts";
import type { ViewerToken } from "./viewer-token.ts";
import { signViewerToken } from "./viewer-token-format.ts";

export type ViewerTokenSignerPorts = {
  readonly keys: Pick<ViewerKeyCache, "list">;
  /** Returns the private key of a stored key in PKCS #8. */
  decrypt(key: ViewerKey): Promise<Uint8Array>;
  now(): Date;
};

/** Returns the text of a signed viewer token. Throws `ActivityError` `conflict` if viewer tokens are not enabled. */
export type SignViewerToken = (token: ViewerToken) => Promise<string>;

/** Creates the signing of viewer tokens. Each instance decrypts a key once. */
export function createViewerTokenSigner({ keys, decrypt, now }: ViewerTokenSignerPorts): SignViewerToken {
  let known: { readonly id: string; readonly privateKey: KeyObject } | null = null;
  return async (token) => {
    const key = findSigningKey(await keys.list(), now());
    if (key === null) {
      const message = "Viewer tokens are not enabled. An administrator enables them with viewer-key rotate.";
      throw new ActivityError("conflict", message);
    }
    if (known?.id !== key.key_id) known = { id: key.key_id, privateKey: toPrivateKey(await decrypt(key)) };
    try {
      return signViewerToken(token, key.key_id, known.privateKey);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ActivityError(
        "too_large",
        "The viewer token would be too long. Give it fewer origins or hidden fields.",
      );
    }
  };
}
