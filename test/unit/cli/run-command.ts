import { exitCodes } from "#clients/cli/command-result.ts";
import { dispatch } from "#clients/cli/dispatch.ts";
import { explain } from "#clients/cli/format-error.ts";
import { aSession } from "./a-command-context.ts";
import { type Answer, fakeApi } from "./fake-api.ts";

/** Runs a verb against an API that gives these answers, and tells all that came of it. */
export async function runVerb(answers: Readonly<Record<string, Answer | readonly Answer[]>>, ...args: string[]) {
  const { cwd, asked } = await fakeApi(answers);
  const { session, clock, stderr } = aSession({ cwd });
  const startedAt = clock.ms;
  const ended = await dispatch(args, session).then(
    (outcome) => ({ text: outcome?.text ?? "", json: outcome?.json, exit: outcome?.exit ?? exitCodes.done }),
    (error) => ({ text: explain(error).message, json: undefined, exit: explain(error).exit }),
  );
  const seconds = (clock.ms - startedAt) / 1000;
  return { ...ended, text: withoutColours(ended.text), asked, stderr: stderr.join(""), seconds };
}

/** Colours alone are left out: any other escape sequence is for the test to find. */
export function withoutColours(text: string): string {
  return text.replaceAll(/\p{Cc}\[\d+m/gu, "");
}
