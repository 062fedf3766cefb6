import { suggestion } from "#shared/platform/did-you-mean.ts";
import type { Verb } from "./command.ts";
import type { Session } from "./command-context.ts";
import { CliError, exitCodeHelp, type Outcome } from "./command-result.ts";
import { review, reviewList } from "./commands/audit.ts";
import { clientCreate, keyCreate } from "./commands/client.ts";
import { emit } from "./commands/emit.ts";
import { list } from "./commands/list.ts";
import { orgCreate, orgList, orgResume, orgSuspend, orgUpdate } from "./commands/org.ts";
import { rejectedList, rejectedRetry } from "./commands/rejected.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./commands/token.ts";
import { webhooksDeliveries, webhooksDelivery, webhooksRetry } from "./commands/webhooks/deliveries.ts";
import {
  webhooksCreate,
  webhooksDelete,
  webhooksList,
  webhooksRotateSecret,
  webhooksShow,
} from "./commands/webhooks/endpoints.ts";
import { webhooksTypes } from "./commands/webhooks/event-types.ts";
import { webhooksListen } from "./commands/webhooks/listen.ts";
import { webhooksRepair } from "./commands/webhooks/repair.ts";
import { webhooksReplay } from "./commands/webhooks/replay.ts";
import { webhooksTest } from "./commands/webhooks/test.ts";
import { webhooksUpdate } from "./commands/webhooks/update.ts";
import { packageVersion } from "./environment.ts";

/** The verbs, in the order in which the help shows them. */
export const verbGroups: Readonly<Record<string, readonly Verb[]>> = {
  Events: [emit, list, rejectedList, rejectedRetry],
  Organisations: [orgCreate, orgUpdate, orgSuspend, orgResume, orgList],
  "Tokens, API keys and API clients": [tokenCreate, keyCreate, clientCreate, tokenList, tokenRevoke],
  "Audit logs": [review, reviewList],
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
    webhooksTypes,
    webhooksListen,
  ],
};

const verbs: readonly Verb[] = Object.values(verbGroups).flat();

/** What people look for under names that no verb has. */
const elsewhere: Readonly<Record<string, string>> = {
  "client list": "token list shows API clients, too.",
  "key list": "token list shows API keys, too.",
  "client revoke": "token revoke ends an API client, by its id.",
  "key revoke": "token revoke ends an API key, by its id.",
};

/** Finds the verb that the arguments begin with and runs it with the rest. Throws `CliError` where there is none. */
export async function dispatch(given: readonly string[], session: Session): Promise<Outcome | null> {
  if (given[0] === "--version") return { text: packageVersion, json: { version: packageVersion } };
  const args = withHelpOption(given);
  const firstOption = args.findIndex((word) => word.startsWith("-"));
  const words = args.slice(0, firstOption === -1 ? 2 : Math.min(firstOption, 2));
  const verb = verbs.find(({ name }) => name === words.join(" ")) ?? verbs.find(({ name }) => name === words[0]);
  if (verb) return verb.run(args.slice(verb.name.split(" ").length), session);

  const group = verbs.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (args.includes("--help") && (words.length === 0 || (words.length === 1 && group.length > 0))) {
    const text = helpOf(new Set(group.length > 0 ? group : verbs));
    return { text, json: { help: text } };
  }
  throw new CliError("usage", complaint(words, group));
}

/** `help VERB` and `VERB -h` mean `VERB --help`. */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args.map((arg) => (arg === "-h" ? "--help" : arg));
  if (first === "help") return [...rest, "--help"];
  return first === undefined ? [] : [first, ...rest];
}

function complaint(words: readonly string[], group: readonly Verb[]): string {
  const hint = "npm run activity -- help shows all there is.";
  if (words.length === 0) return `Say what to do.\n\n${listOf(new Set(verbs))}\n\n${hint}`;
  if (group.length > 0 && words.length === 1) return `Say which: ${group.map(({ name }) => name).join(", ")}.\n${hint}`;
  const asked = words.join(" ");
  const names = verbs.map(({ name }) => name);
  const other = Object.hasOwn(elsewhere, asked) ? ` ${elsewhere[asked]}` : "";
  const close = other || suggestion(asked, names) || suggestion(words[0] ?? "", names);
  return `There is no verb '${asked}'.${close}\n${hint}`;
}

function helpOf(shown: ReadonlySet<Verb>): string {
  return [
    "Usage: npm run activity -- VERB [options]",
    "",
    listOf(shown),
    "",
    "npm run activity -- help VERB shows the options of a verb, and examples.",
    "Every verb takes --stack NAME for a deployed stack instead of the local one, --json, and --help.",
    "In scripts, npm run --silent activity -- VERB keeps npm's own lines out of stdout.",
    "",
    exitCodeHelp,
  ].join("\n");
}

/** A line for each verb, under the title of its group. */
function listOf(shown: ReadonlySet<Verb>): string {
  const width = Math.max(...[...shown].map(({ name }) => name.length));
  return Object.entries(verbGroups)
    .map(([title, members]) => ({ title, members: members.filter((verb) => shown.has(verb)) }))
    .filter(({ members }) => members.length > 0)
    .map(({ title, members }) =>
      [title, ...members.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join("\n"),
    )
    .join("\n\n");
}
