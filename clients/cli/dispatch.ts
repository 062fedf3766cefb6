import { formatSuggestion } from "#shared/platform/did-you-mean.ts";
import type { Command } from "./command.ts";
import type { CommandContext } from "./command-context.ts";
import { type CommandGroups, formatCommandList, formatGeneralHelp } from "./command-help.ts";
import { renderCommandReference } from "./command-reference.ts";
import { CliError, type CommandResult } from "./command-result.ts";
import { audit, auditList } from "./commands/audit.ts";
import { clientCreate, keyCreate } from "./commands/client.ts";
import { emit } from "./commands/emit.ts";
import { exportLog } from "./commands/export.ts";
import { list } from "./commands/list.ts";
import { orgCreate, orgList, orgResume, orgSuspend, orgUpdate } from "./commands/org.ts";
import { reconcile } from "./commands/reconcile.ts";
import { rejectedDiscard, rejectedList, rejectedRetry } from "./commands/rejected.ts";
import { tail } from "./commands/tail.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./commands/token.ts";
import { trustKey } from "./commands/trust/key.ts";
import { trustReconcile } from "./commands/trust/reconcile.ts";
import { verify } from "./commands/verify.ts";
import { viewerKeyRevoke, viewerKeyRotate, viewerTokenCreate } from "./commands/viewer-token.ts";
import { webhooksDeliveries, webhooksDelivery, webhooksRetry } from "./commands/webhooks/deliveries.ts";
import {
  webhooksCreate,
  webhooksDelete,
  webhooksList,
  webhooksRotateSecret,
  webhooksShow,
} from "./commands/webhooks/endpoints.ts";
import { webhooksEventTypes } from "./commands/webhooks/event-types.ts";
import { webhooksListen } from "./commands/webhooks/listen.ts";
import { webhooksRepair } from "./commands/webhooks/repair.ts";
import { webhooksReplay } from "./commands/webhooks/replay.ts";
import { webhooksTest } from "./commands/webhooks/test.ts";
import { webhooksUpdate } from "./commands/webhooks/update.ts";
import { packageVersion } from "./environment.ts";

/** The commands, in the order in which the help shows them. */
export const commandGroups: CommandGroups<Command> = {
  Events: [emit, list, tail, reconcile, rejectedList, rejectedRetry, rejectedDiscard],
  Organisations: [orgCreate, orgUpdate, orgSuspend, orgResume, orgList],
  "Tokens, API keys and API clients": [
    tokenCreate,
    keyCreate,
    clientCreate,
    tokenList,
    tokenRevoke,
    viewerTokenCreate,
    viewerKeyRotate,
    viewerKeyRevoke,
  ],
  "Audit logs and proofs": [audit, auditList, exportLog, verify, trustKey, trustReconcile],
  Webhooks: [
    webhooksCreate,
    webhooksList,
    webhooksShow,
    webhooksUpdate,
    webhooksDelete,
    webhooksRotateSecret,
    webhooksTest,
    webhooksDeliveries,
    webhooksDelivery,
    webhooksRetry,
    webhooksReplay,
    webhooksRepair,
    webhooksEventTypes,
    webhooksListen,
  ],
};

const allCommands: readonly Command[] = Object.values(commandGroups).flat();

/** Hints for commands that a user may expect and that have another name. */
const elsewhere: Readonly<Record<string, string>> = {
  "client list": "Use token list, which shows API clients too.",
  "key list": "Use token list, which shows API keys too.",
  "client revoke": "Use token revoke with the id of the client.",
  "key revoke": "Use token revoke with the id of the key.",
};

/** Runs the command that the arguments begin with. Throws `CliError` if no such command exists. */
export async function dispatch(rawArgs: readonly string[], context: CommandContext): Promise<CommandResult | null> {
  if (rawArgs[0] === "--version") return { text: packageVersion, json: { version: packageVersion } };
  if (rawArgs[0] === "help" && rawArgs[1] === "--markdown") return toHelp(renderCommandReference(commandGroups));
  const args = withHelpOption(rawArgs);
  const firstOption = args.findIndex((word) => word.startsWith("-"));
  const words = args.slice(0, firstOption === -1 ? 2 : Math.min(firstOption, 2));
  const command =
    allCommands.find(({ name }) => name === words.join(" ")) ?? allCommands.find(({ name }) => name === words[0]);
  if (command) return command.run(args.slice(command.name.split(" ").length), context);

  const group = allCommands.filter(({ name }) => name.startsWith(`${words[0]} `));
  const { commandPrefix } = context;
  if (args.includes("--help") && (words.length === 0 || (words.length === 1 && group.length > 0))) {
    return toHelp(formatGeneralHelp(group.length > 0 ? groupsOf(group) : commandGroups, commandPrefix));
  }
  if (firstOption === 0) throw new CliError("usage", `Options follow the command: ${commandPrefix} COMMAND [options].`);
  throw new CliError("usage", `${unknownCommandMessage(words, group)}\n${commandPrefix} help lists all commands.`);
}

function toHelp(text: string): CommandResult {
  return { text, json: { help: text } };
}

/** Returns the groups of some commands. */
function groupsOf(commands: readonly Command[]): CommandGroups {
  const shown = Object.entries(commandGroups)
    .map(([title, group]) => [title, group.filter((command) => commands.includes(command))] as const)
    .filter(([, group]) => group.length > 0);
  return Object.fromEntries(shown);
}

/** Rewrites `help COMMAND`, `COMMAND -h` and `GROUP help` to `COMMAND --help`; `help help` is the general help. */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args.map((arg) => (arg === "-h" ? "--help" : arg));
  if (first === "help") return [...rest.filter((arg) => arg !== "help"), "--help"];
  if (first !== undefined && rest[0] === "help") return [first, "--help"];
  return first === undefined ? [] : [first, ...rest];
}

function unknownCommandMessage(words: readonly string[], group: readonly Command[]): string {
  if (words.length === 0) return `Give a command.\n\n${formatCommandList(commandGroups)}\n`;
  if (group.length > 0 && words.length === 1) return `Give one of ${group.map(({ name }) => name).join(", ")}.`;
  const command = words.join(" ");
  const names = allCommands.map(({ name }) => name);
  const other = Object.hasOwn(elsewhere, command) ? ` ${elsewhere[command]}` : "";
  const close = other || formatSuggestion(command, names) || formatSuggestion(words[0] ?? "", names);
  return `Unknown command '${command}'.${close}`;
}
