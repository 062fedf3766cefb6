import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderBanner } from "#infra/local/demo/banner.ts";

const demo = {
  org_id: "org_8f9a1c2d",
  slug: "acme-traders",
  token: "aibooks_pat_fskhtc1qamjdzcx14pezfym98z74y8501jae4d",
  api_key: "KEY",
  client_id: "CLIENT_ID",
  client_secret: "CLIENT_SECRET",
};
const stack = { api: "http://127.0.0.1:3000", notRun: [] };
const logs = "/home/you/activity-log/.local/memory/logs";

describe("renderBanner", () => {
  it("matches docs/quickstart.md", () => {
    expect(readFileSync("docs/quickstart.md", "utf8")).toContain(
      `\`\`\`sh\n${renderBanner(stack, demo, logs).trim()}\n\`\`\``,
    );
  });

  it.each([
    ["with the demo", demo],
    ["without it", undefined],
  ])("is a valid shell script %s, including its comments", (_, given) => {
    const text = renderBanner(stack, given, logs);
    execFileSync("bash", ["-n"], { input: text });
    const comments = text.split("\n").filter((line) => line.startsWith("#"));
    expect(comments.length).toBeGreaterThan(3);
    expect(comments.filter((line) => !/^# [\w\s.,:/-]+$/.test(line))).toEqual([]);
  });
});
