import { expect, it } from "vitest";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";

/** Returns JSON text that depends only on the value: with sorted keys. */
function canonicalJson(value: unknown): string {
  const sortKeys = (_: string, part: unknown) =>
    part instanceof Object && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  return `${JSON.stringify(value, sortKeys, 2)}\n`;
}

/** `npx vitest run --project unit openapi-description/golden --update` rewrites the file: read its difference. */
it("createOpenApiDescription returns the reviewed description", async () => {
  const description = createOpenApiDescription("https://api.example.com");
  await expect(canonicalJson(description)).toMatchFileSnapshot("../../../golden/openapi.json");
});
