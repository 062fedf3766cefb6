import type { Session } from "#clients/cli/command-context.ts";

const barWidth = 24;
const redrawMs = 100;

/** Where nothing can be drawn over, lines stay: a few a minute show that the work goes on. */
const lineMs = 5_000;

export type ProgressBar = {
  /** Shows how far the work is: a share from 0 to 1, or `null` where nobody knows how much there is. */
  show(share: number | null, note: string): void;
  clear(): void;
};

/** A bar on stderr, drawn over itself; a line every few seconds where stderr is no terminal. */
export function progressBar({ stderr, now }: Pick<Session, "stderr" | "now">): ProgressBar {
  if (stderr.isTTY !== true) return progressLines({ stderr, now });
  let drawnAt = 0;
  return {
    show(share, note) {
      const at = now().getTime();
      if (at - drawnAt < redrawMs) return;
      drawnAt = at;
      stderr.write(`\r\u001b[2K${share === null ? "" : `${bar(share)} `}${note}`);
    },
    clear() {
      if (drawnAt > 0) stderr.write("\r\u001b[2K");
    },
  };
}

function progressLines({ stderr, now }: Pick<Session, "stderr" | "now">): ProgressBar {
  let writtenAt = now().getTime();
  return {
    show(share, note) {
      const at = now().getTime();
      if (at - writtenAt < lineMs) return;
      writtenAt = at;
      stderr.write(`${share === null ? "" : `${Math.floor(share * 100)} %, `}${note}\n`);
    },
    clear() {},
  };
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, share) * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
