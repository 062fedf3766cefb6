import { vi } from "vitest";

export type LogLine = Readonly<Record<string, unknown>>;

/** Catches what is written to the log from here on, one parsed line each. Mocks are restored after every test. */
export function captureLogLines(): LogLine[] {
  const lines: LogLine[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    const parsed: LogLine = JSON.parse(String(line));
    lines.push(parsed);
    return true;
  });
  return lines;
}
