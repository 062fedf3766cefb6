import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { FakturoidTokenStore, FakturoidTokens } from "@thinkhome-org/fakturoid-typescript-api";
import { buildSync } from "esbuild";

type ClientPackage = typeof import("@thinkhome-org/fakturoid-typescript-api") &
  typeof import("@thinkhome-org/fakturoid-typescript-api/dist/auth/oauth-service.js");

const name = "@thinkhome-org/fakturoid-typescript-api";

/**
 * The vendor's public client, unchanged. Its files are ES modules that import each other without extensions, which
 * only bundlers find: so it is bundled first.
 */
export async function loadFakturoidClient(): Promise<ClientPackage> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-client-"));
  try {
    const outfile = join(folder, "client.mjs");
    const contents = `export * from "${name}"; export * from "${name}/dist/auth/oauth-service.js";`;
    const stdin = { contents, resolveDir: import.meta.dirname };
    buildSync({ stdin, outfile, bundle: true, format: "esm", platform: "node", logLevel: "error" });
    return await import(/* @vite-ignore */ pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the client keeps its tokens. */
export function memoryTokenStore(): FakturoidTokenStore & { readonly tokens: Map<string, FakturoidTokens> } {
  const tokens = new Map<string, FakturoidTokens>();
  return {
    tokens,
    getTokens: async (tenantId) => tokens.get(tenantId) ?? null,
    saveTokens: async (tenantId, saved) => {
      tokens.set(tenantId, saved);
    },
    deleteTokens: async (tenantId) => {
      tokens.delete(tenantId);
    },
  };
}
