import type { CommandContext } from "./command-context.ts";

const barWidth = 24;
const redrawMs = 100;

/** Without a terminal, lines are written instead of redrawn, only a few per minute. */
const lineMs = 5_000;

export type ProgressBar = {
  /** Shows the completed share, from 0 to 1; `null` if the total is unknown. */
  show(share: number | null, note: string): void;
  clear(): void;
};

/** Creates a bar on stderr, or a line every few seconds if stderr is not a terminal. */
export function createProgressBar({ stderr, now }: Pick<CommandContext, "stderr" | "now">): ProgressBar {
  if (stderr.isTTY !== true) return createProgressLines({ stderr, now });
  let drawnAt = 0;
  return {
    show(share, note) {
      const at = now().getTime();
      if (at - drawnAt < redrawMs) return;
      drawnAt = at;
      stderr.write(`\r\u001b[2K${share === null ? "" : `${formatBar(share)} `}${note}`);
    },
    clear() {
      if (drawnAt > 0) stderr.write("\r\u001b[2K");
    },
  };
}

function createProgressLines({ stderr, now }: Pick<CommandContext, "stderr" | "now">): ProgressBar {
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

function formatBar(share: number): string {
  const filled = Math.round(Math.min(1, share) * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
