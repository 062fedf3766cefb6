import { expect, it } from "vitest";
import { verifySnippet } from "#clients/console/webhooks/signatures/verify-snippet.ts";
import { codeBlocks } from "#test/support/docs/pages.ts";

it("example of the console is that of the documentation, which is type-checked", () => {
  const blocks = codeBlocks.filter(({ page, language }) => page === "docs/verify-webhooks.md" && language === "ts");
  expect(blocks.map(({ code }) => code)).toContain(verifySnippet);
});
