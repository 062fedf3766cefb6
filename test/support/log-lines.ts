import { vi } from "vitest";

export type LogLine = Readonly<Record<string, unknown>>;

/** Captures the following log lines, parsed. Mocks are restored after every test. */
export function captureLogLines(): LogLine[] {
  const lines: LogLine[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    const parsed: LogLine = JSON.parse(String(line));
    lines.push(parsed);
    return true;
  });
  return lines;
}
