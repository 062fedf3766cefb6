import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";

/** Generates the types of all operations from the API's own OpenAPI description. */
const folder = join(import.meta.dirname, "generated");
const file = join(folder, "openapi.ts");

const description = Buffer.from(JSON.stringify(createOpenApiDescription("https://activity.example.com")));
const types = astToString(await openapiTS(description, { emptyObjectsUnknown: true, immutable: true }));

// A type check that runs at the same time must not read half a file.
if ((await readFile(file, "utf8").catch(() => "")) !== types) {
  await mkdir(folder, { recursive: true });
  await writeFile(file, types);
}
