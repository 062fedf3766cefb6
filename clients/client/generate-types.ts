import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";

/** Generates the types of all operations from the API's own OpenAPI description. */
const folder = join(import.meta.dirname, "generated");
const description = Buffer.from(JSON.stringify(createOpenApiDescription("https://activity.example.com")));
const nodes = await openapiTS(description, { emptyObjectsUnknown: true, immutable: true });
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "openapi.ts"), astToString(nodes));
