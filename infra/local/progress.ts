const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

export type StartProgress = {
  /** Ends the current step, if any, and begins the next. */
  step(name: string): void;
  /** Ends the current step. */
  end(): void;
  /** Leaves the line of a step that did not end, so that a message can follow. */
  interrupt(): void;
};

type Options = {
  readonly stream: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Milliseconds since any moment. */
  now(): number;
};

/**
 * Shows the steps of a start: on a terminal the current one moves and counts its seconds, and those that ended stay with
 * the time that they took. Elsewhere each step is a plain line when it begins.
 */
export function startProgress({ stream, now }: Options): StartProgress {
  if (stream.isTTY !== true) return plainLines(stream);
  let current: { readonly name: string; readonly since: number; readonly timer: NodeJS.Timeout } | undefined;

  const seconds = (since: number) => ((now() - since) / 1000).toFixed(1);

  function leave(last: (step: { readonly name: string; readonly since: number }) => string): void {
    if (current === undefined) return;
    clearInterval(current.timer);
    stream.write(last(current));
    current = undefined;
  }

  const end = () => leave(({ name, since }) => `${overwritten}✔ ${name} (${seconds(since)} s)\n`);

  return {
    step(name) {
      end();
      const since = now();
      let frame = 0;
      const draw = () => {
        stream.write(`${overwritten}${frames[frame % frames.length]} ${name} … ${seconds(since)} s`);
        frame += 1;
      };
      draw();
      current = { name, since, timer: setInterval(draw, frameMs).unref() };
    },
    end,
    interrupt: () => leave(() => "\n"),
  };
}

function plainLines(stream: Options["stream"]): StartProgress {
  return { step: (name) => void stream.write(`${name} …\n`), end: () => {}, interrupt: () => {} };
}

/** To the beginning of the line, and clears it. */
const overwritten = "\r\u001b[2K";
