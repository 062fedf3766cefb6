import { expect, it } from "vitest";
import { createProgressBar } from "#clients/cli/progress-bar.ts";

function drawing(isTTY: boolean) {
  const drawn: string[] = [];
  const clock = { ms: 1_000 };
  const bar = createProgressBar({
    stderr: { isTTY, write: (text) => drawn.push(text) },
    now: () => new Date(clock.ms),
  });
  return { bar, drawn, clock };
}

it("progress bar overwrites itself, at a limited rate", () => {
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

it("progress bar shows only the count when the total is unknown", () => {
  const { bar, drawn } = drawing(true);
  bar.show(null, "7 events");
  expect(drawn).toEqual(["\r\u001b[2K7 events"]);
});

it("progress bar writes a line every few seconds when stderr is not a terminal, and none for short work", () => {
  const { bar, drawn, clock } = drawing(false);
  bar.show(0, "0 events");
  for (const [seconds, events] of [
    [4, 4],
    [5, 5],
    [9, 9],
    [10, 10],
  ] as const) {
    clock.ms = 1_000 + seconds * 1_000;
    bar.show(events / 20, `${events} events`);
  }
  bar.show(null, "too soon");
  clock.ms += 5_000;
  bar.show(null, "11 events");
  bar.clear();
  expect(drawn).toEqual(["25 %, 5 events\n", "50 %, 10 events\n", "11 events\n"]);
});
