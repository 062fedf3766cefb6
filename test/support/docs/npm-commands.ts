import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { commandGroups } from "#clients/cli/dispatch.ts";
import { projectFolder } from "./pages.ts";

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")));

/** Scripts that npm runs by their names alone. */
const shortScripts = new Set(["start", "test"]);

const commands = Object.values(commandGroups).flat();

/** What is accepted in place of a command: a placeholder, or what every version of the command line has. */
const notACommand = /^(?:help|[A-Z]+|…|--version)$/;

/** Returns what is wrong with the npm calls of a shell text: scripts, commands and options that do not exist. */
export function npmIssuesIn(shell: string): readonly string[] {
  const joined = shell.replaceAll(/\\\n\s*/g, " ").replaceAll(/(?:^|\s)#.*$/gm, "");
  const ofNpm = [...joined.matchAll(/\bnpm (run(?: --silent| -s)? )?([\w:-]+)([^\n|;&)]*)/g)];
  const ofCommandLine = [...joined.matchAll(/^activity ([^\n|;&)]*)/gm)];
  return [
    ...ofNpm.flatMap(([, run, script = "", rest = ""]) => {
      if (run === undefined && !shortScripts.has(script)) return [];
      if (!(script in scripts)) return [`npm has no script ${script}`];
      return script === "activity" ? commandIssues(/(?:^|\s)-- (.*)$/.exec(rest)?.[1] ?? "") : [];
    }),
    ...ofCommandLine.flatMap(([, args = ""]) => commandIssues(args)),
  ];
}

function commandIssues(text: string): readonly string[] {
  const args = text.split(/\s+/).filter((word) => word !== "");
  const [first] = args;
  if (first === undefined || notACommand.test(first)) return [];
  const command =
    commands.find(({ name }) => name === `${first} ${args[1]}`) ?? commands.find(({ name }) => name === first);
  if (command === undefined) return [`the command line has no command ${args.slice(0, 2).join(" ")}`];
  return args
    .filter((word) => word.startsWith("--") && !command.options.has(/^--([\w-]*)/.exec(word)?.[1] ?? ""))
    .map((word) => `${command.name} has no option ${word}`);
}
