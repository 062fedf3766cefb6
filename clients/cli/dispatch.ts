import { suggestion } from "../../shared/events/nearest.ts";
import { CliError, exitCodeHelp, type Outcome } from "./outcome.ts";
import type { Session } from "./session.ts";
import type { Verb } from "./verb.ts";
import { clientCreate, keyCreate } from "./verbs/client.ts";
import { emit } from "./verbs/emit.ts";
import { list } from "./verbs/list.ts";
import { orgCreate, orgList, orgResume, orgSuspend, orgUpdate } from "./verbs/org.ts";
import { rejectedList, rejectedRetry } from "./verbs/rejected.ts";
import { review, reviewList } from "./verbs/review.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./verbs/token.ts";
import { webhooksDeliveries, webhooksDelivery, webhooksRetry } from "./verbs/webhooks/deliveries.ts";
import {
  webhooksCreate,
  webhooksDelete,
  webhooksList,
  webhooksRotateSecret,
  webhooksShow,
} from "./verbs/webhooks/endpoints.ts";
import { webhooksListen } from "./verbs/webhooks/listen.ts";
import { webhooksRepair } from "./verbs/webhooks/repair.ts";
import { webhooksReplay } from "./verbs/webhooks/replay.ts";
import { webhooksTest } from "./verbs/webhooks/test.ts";
import { webhooksTypes } from "./verbs/webhooks/types.ts";
import { webhooksUpdate } from "./verbs/webhooks/update.ts";

const verbs: readonly Verb[] = [
  orgCreate,
  orgUpdate,
  orgSuspend,
  orgResume,
  orgList,
  clientCreate,
  keyCreate,
  tokenCreate,
  tokenList,
  tokenRevoke,
  emit,
  list,
  rejectedList,
  rejectedRetry,
  review,
  reviewList,
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
];

/** Finds the verb that the arguments begin with and runs it with the rest. Throws `CliError` where there is none. */
export function dispatch(args: readonly string[], session: Session): Promise<Outcome | null> {
  const firstOption = args.findIndex((word) => word.startsWith("-"));
  const words = args.slice(0, firstOption === -1 ? 2 : Math.min(firstOption, 2));
  const verb = verbs.find(({ name }) => name === words.join(" ")) ?? verbs.find(({ name }) => name === words[0]);
  if (verb) return verb.run(args.slice(verb.name.split(" ").length), session);

  const group = verbs.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (args.includes("--help")) {
    const text = helpOf(group.length > 0 ? group : verbs);
    return Promise.resolve({ text, json: { help: text } });
  }
  throw new CliError("usage", complaint(words, group));
}

function complaint(words: readonly string[], group: readonly Verb[]): string {
  const hint = "npm run activity -- --help tells all there is.";
  if (words.length === 0) return `Say what to do: ${verbs.map(({ name }) => name).join(", ")}.\n${hint}`;
  if (group.length > 0 && words.length === 1) return `Say which: ${group.map(({ name }) => name).join(", ")}.\n${hint}`;
  const asked = words.join(" ");
  const names = verbs.map(({ name }) => name);
  const close = suggestion(asked, names) || suggestion(words[0] ?? "", names);
  return `There is no verb '${asked}'.${close}\n${hint}`;
}

function helpOf(shown: readonly Verb[]): string {
  return [
    "Usage: npm run activity -- VERB [options]",
    "",
    "Verbs",
    ...shown.map(({ usage, summary }) => `  ${usage}\n      ${summary}`),
    "",
    "Every verb takes --stack NAME for a deployed stack instead of the local one, --json, and --help.",
    "In scripts, npm run --silent activity -- VERB keeps npm's own lines out of stdout.",
    "",
    exitCodeHelp,
  ].join("\n");
}
