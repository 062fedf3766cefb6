import { describe, expect, it } from "vitest";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { nextAttemptAt } from "#shared/webhooks/deliveries/retry-policy.ts";
import { vectors } from "#test/snippets/vectors.ts";
import { codeBlocks, readPage } from "#test/support/docs/pages.ts";

describe("docs/webhooks.md", () => {
  it("states the waits between attempts", () => {
    const now = new Date("2026-05-11T08:30:12Z");
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => {
      const at = nextAttemptAt({ attempts, started_at: now.toISOString(), retryAfterMs: null, now, random: 0 });
      return formatWait(((at?.getTime() ?? 0) - now.getTime()) / 1000);
    });
    expect(readPage("docs/webhooks.md")).toContain(`| wait | ${waits.join(" | ")} |\n`);
  });
});

describe("docs/verify-webhooks.md", () => {
  /** `npm run check:snippets` runs those for Python, Go and Java. Those for PHP and C# are not run: neither is installed in CI. */
  it("has a snippet for each language", () => {
    const languages = codeBlocks
      .filter(({ page }) => page === "docs/verify-webhooks.md")
      .map((block) => block.language);
    expect(new Set(languages)).toEqual(new Set(["ts", "python", "go", "java", "php", "csharp"]));
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    "has vectors that verifyWebhook agrees with: %s",
    async (_, vector) => {
      const verify = () => verifyWebhook(vector.body, vector.headers, vector.secret, { now: vector.now });
      if (vector.isValid) await expect(verify()).resolves.toMatchObject({ event_type: "invoice.sent" });
      else await expect(verify()).rejects.toThrow();
    },
  );
});

function formatWait(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
