import type { ViewerKeyManagementPorts } from "#shared/auth/viewer-tokens/manage-viewer-keys.ts";
import type { ViewerKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";

/** Keeps the keys of viewer tokens in memory, the private halves in the clear. */
export function memoryViewerKeys(stored: ViewerKey[] = []): ViewerKeyManagementPorts & {
  decrypt(key: ViewerKey): Promise<Uint8Array>;
} {
  return {
    list: async () => [...stored],
    add: async (key) => {
      stored.push(key);
    },
    remove: async (key) => {
      stored.splice(stored.indexOf(key), 1);
    },
    encrypt: async (privateKey) => privateKey.toString("base64url"),
    decrypt: async ({ encrypted_private_key }) => Buffer.from(encrypted_private_key, "base64url"),
  };
}
