import { extname } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** The headers that S3 stores with a file of the console and sends with it. */
export type ObjectHeaders = { readonly "content-type": string; readonly "cache-control": string };

/**
 * Returns the headers of a file by its key. Names of assets change with their content, so browsers keep them for ever; they
 * ask each time whether other files have changed. Throws `Error` if the type of the file is unknown.
 */
export function objectHeaders(key: string): ObjectHeaders {
  const contentType = contentTypes[extname(key)];
  if (contentType === undefined) throw new Error(`The content type of ${key} is unknown.`);
  const isAsset = key.includes("/assets/");
  return {
    "content-type": contentType,
    "cache-control": isAsset ? "public, max-age=31536000, immutable" : "no-cache",
  };
}
