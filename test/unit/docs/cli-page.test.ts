import { join } from "node:path";
import { expect, it } from "vitest";
import { cliPage } from "#test/support/docs/cli-page.ts";
import { projectFolder } from "#test/support/docs/pages.ts";

it("docs/cli.md describes the commands as they are", async () => {
  await expect(cliPage()).toMatchFileSnapshot(join(projectFolder, "docs/cli.md"));
});
