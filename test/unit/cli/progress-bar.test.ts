import { expect, it } from "vitest";
import { progressBar } from "../../../clients/cli/emit/progress-bar.ts";

function drawing(isTTY: boolean) {
  const drawn: string[] = [];
  const clock = { ms: 1_000 };
  const bar = progressBar({ stderr: { isTTY, write: (text) => drawn.push(text) }, now: () => new Date(clock.ms) });
  return { bar, drawn, clock };
}

it("is drawn over itself, and not more often than an eye can follow", () => {
  const { bar, drawn, clock } = drawing(true);
  bar.show(0, "0 events");
  bar.show(0.2, "2 events");
  clock.ms += 100;
  bar.show(0.5, "5 events");
  bar.clear();
  expect(drawn).toEqual([
    `\r\u001b[2K${"░".repeat(24)}   0% 0 events`,
    `\r\u001b[2K${"█".repeat(12)}${"░".repeat(12)}  50% 5 events`,
    "\r\u001b[2K",
  ]);
});

it("shows only the count where nobody knows how much there is", () => {
  const { bar, drawn } = drawing(true);
  bar.show(null, "7 events");
  expect(drawn).toEqual(["\r\u001b[2K7 events"]);
});

it("is silent where stderr is no terminal", () => {
  const { bar, drawn } = drawing(false);
  bar.show(0.5, "5 events");
  bar.clear();
  expect(drawn).toEqual([]);
});
