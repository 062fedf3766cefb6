import { expect, it } from "vitest";
import { type Stage, stages } from "#infra/config.ts";
import { readPage } from "#test/support/docs/pages.ts";

const page = readPage("docs/operate/configure.md");

/** The row of a setting: its values in dev and prod. */
function rowOf(setting: string): readonly string[] {
  const [, row = ""] = new RegExp(`^\\| \`${setting}\` \\|(.*)\\|$`, "m").exec(page) ?? [];
  return row
    .split("|")
    .slice(1)
    .map((cell) => cell.trim());
}

const settings = Object.keys(stages.prod).filter((name): name is keyof Stage => name in stages.prod);

it.each(settings)("docs/operate/configure.md has a row for the setting %s", (setting) => {
  expect(rowOf(setting)).toHaveLength(2);
});

it.each(settings)("docs/operate/configure.md states the value of %s if it is a number or absent", (setting) => {
  const values = [stages.dev[setting], stages.prod[setting]];
  const [dev = "", prod = ""] = rowOf(setting);
  for (const [value, stated] of [[values[0], dev] as const, [values[1], prod] as const]) {
    if (value === null) expect(stated).toMatch(/^`null`/);
    if (typeof value === "number" && setting !== "auditRetentionDays")
      expect(stated).toBe(value.toLocaleString("en-US"));
  }
});
