import { exitCodes } from "#clients/cli/command-result.ts";
import { dispatch } from "#clients/cli/dispatch.ts";
import { formatError } from "#clients/cli/format-error.ts";
import { aCommandContext } from "./command-context.ts";
import { type CannedResponse, fakeApi } from "./fake-api.ts";

/** Runs a command against a fake API and returns its result, its requests and its stderr. */
export async function runCommand(
  answers: Readonly<Record<string, CannedResponse | readonly CannedResponse[]>>,
  ...args: string[]
) {
  const { cwd, requests } = await fakeApi(answers);
  const { context, clock, stderr } = aCommandContext({ cwd });
  const startedAt = clock.ms;
  const ended = await dispatch(args, context).then(
    (outcome) => ({ text: outcome?.text ?? "", json: outcome?.json, exit: outcome?.exit ?? exitCodes.done }),
    (error) => ({ text: formatError(error).message, json: undefined, exit: formatError(error).exit }),
  );
  const seconds = (clock.ms - startedAt) / 1000;
  return { ...ended, text: withoutColours(ended.text), requests, stderr: stderr.join(""), seconds };
}

/** Colours alone are left out: any other escape sequence is for the test to find. */
export function withoutColours(text: string): string {
  return text.replaceAll(/\p{Cc}\[\d+m/gu, "");
}
