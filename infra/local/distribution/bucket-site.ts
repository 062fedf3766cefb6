import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { GatewayResponse } from "#infra/local/http/gateway-response.ts";
import { type GatewayRequest, headerOf } from "#infra/local/http/payload-v2.ts";
import type { CacheBehavior } from "./distribution-definition.ts";
import { runViewerRequest } from "./viewer-request.ts";

/** What a bucket contains that CloudFront serves. */
export type BucketFiles = {
  /** The objects, by their keys. They are read at each request. */
  readonly folder: string;
  /** Path at the origin of the HTTP API below which they are served, such as `/app/`. */
  readonly path: string;
  /** The headers that S3 stores with an object. */
  objectHeaders(key: string): Readonly<Record<string, string>>;
};

/**
 * Returns a handler that responds like CloudFront with a bucket as its origin: undefined to requests for other paths. It
 * does not cache, compress, nor redirect to HTTPS.
 */
export function createBucketSite(behaviors: readonly CacheBehavior[], { folder, path, objectHeaders }: BucketFiles) {
  const isBelow = (uri: string) => uri.startsWith(path) || `${uri}/` === path;

  return async (request: GatewayRequest): Promise<GatewayResponse | undefined> => {
    const [uri = ""] = request.url.split("?", 1);
    const behavior = behaviors.find(({ paths }) => paths.test(uri));
    if (!isBelow(uri) || behavior === undefined) return undefined;
    const response = await respond(request, uri, behavior.viewerRequest);
    return { ...response, headers: { ...response.headers, ...behavior.headers } };
  };

  async function respond(request: GatewayRequest, uri: string, code: string | undefined): Promise<GatewayResponse> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") return textResponse(403, "This distribution allows GET and HEAD.");
    const result = code === undefined ? { uri } : runViewerRequest(code, method, uri);
    if (!("uri" in result)) {
      const headers = Object.entries(result.headers).map(([name, { value }]) => [name, value] as const);
      return { ...textResponse(result.statusCode, ""), headers: Object.fromEntries(headers) };
    }
    const key = result.uri.slice(1);
    // S3 does not say that an object is missing to those who may not list the bucket.
    if (!(await listKeys(folder)).includes(key)) return textResponse(403, "AccessDenied");
    const body = await readFile(join(folder, key));
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    const headers = { ...objectHeaders(key), etag };
    if (headerOf(request, "if-none-match") === etag)
      return { status: 304, headers, cookies: [], body: Buffer.alloc(0) };
    return { status: 200, headers, cookies: [], body };
  }
}

async function listKeys(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) =>
    join(parentPath, name)
      .slice(folder.length + 1)
      .replaceAll(sep, "/"),
  );
}

function textResponse(status: number, text: string): GatewayResponse {
  return { status, headers: { "content-type": "text/plain" }, cookies: [], body: Buffer.from(text) };
}
