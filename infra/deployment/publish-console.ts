import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type ObjectHeaders, objectHeaders } from "#infra/console/object-headers.ts";

/** A file of the console, as an object of its bucket. */
export type SiteObject = {
  readonly key: string;
  readonly body: Buffer;
  readonly headers: ObjectHeaders;
};

export type ConsolePorts = {
  outputs(stackName: string): Promise<Readonly<Record<string, string>>>;
  /** Builds the console, which calls an API, into a folder. Returns the folder. */
  build(config: { readonly api: string; readonly stage: string }): Promise<string>;
  /** Puts an object; with `isNew` only if the bucket has none with its key. */
  put(bucket: string, object: SiteObject, options: { readonly isNew: boolean }): Promise<void>;
  /** Returns the body of a page. Throws if it is not served. */
  get(url: string): Promise<string>;
  wait(seconds: number): Promise<void>;
};

/** A name that was just created may take a while to be known everywhere. */
const attempts = 6;
const secondsBetween = 10;

/**
 * Publishes the console of a stage to its bucket, and checks that it is served. The page comes last: until then browsers
 * load the former release, whose assets stay. Throws `Error` if the stack has no console, or serves another page afterwards.
 */
export async function publishConsole(stackName: string, stage: string, ports: ConsolePorts): Promise<string> {
  const { ApiUrl: api, BucketConsole: bucket, ConsoleUrl: url } = await ports.outputs(stackName);
  if (api === undefined || bucket === undefined || url === undefined) throw new Error(`${stackName} has no console.`);
  const objects = readObjects(await ports.build({ api, stage }));
  const isAsset = ({ key }: SiteObject) => key.startsWith("console/assets/");
  const isPage = ({ key }: SiteObject) => key === "console/index.html";
  const page = objects.find(isPage);
  if (page === undefined) throw new Error("The console was built without a page.");
  await Promise.all(objects.filter(isAsset).map((object) => ports.put(bucket, object, { isNew: true })));
  const others = objects.filter((object) => !isAsset(object) && !isPage(object));
  await Promise.all(others.map((object) => ports.put(bucket, object, { isNew: false })));
  await ports.put(bucket, page, { isNew: false });
  await waitUntilServed(url, page.body.toString("utf8"), ports);
  return url;
}

function readObjects(folder: string): readonly SiteObject[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const key = path.slice(folder.length + 1).replaceAll(sep, "/");
    return { key, body: readFileSync(path), headers: objectHeaders(key) };
  });
}

async function waitUntilServed(url: string, page: string, { get, wait }: ConsolePorts): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const served = await get(url).catch((error: unknown) => error);
    if (served === page) return;
    const reason = served instanceof Error ? served.message : "another page";
    if (attempt === attempts) throw new Error(`${url} does not serve this release: ${reason}.`);
    await wait(secondsBetween);
  }
}
