import { vi } from "vitest";

export type LogLine = Readonly<Record<string, unknown>>;

/** Catches what is written to the log from here on, one parsed line each. Mocks are restored after every test. */
export function catchLog(): LogLine[] {
  const lines: LogLine[] = [];
  for (const level of ["info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      const parsed: LogLine = JSON.parse(line);
      lines.push(parsed);
    });
  }
  return lines;
}
