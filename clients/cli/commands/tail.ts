import type { ApiCredentials } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { formatApiError } from "#clients/cli/api/format-api-error.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTime } from "#clients/cli/time-options.ts";
import { fetchChanges, iterateChanges } from "#clients/client/finzbooks/changes.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { type Connection, createConnection } from "#clients/client/http/connection.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

/** Changes that are shown without `--after`, as by `tail`. */
const defaultChanges = 10;

/** Seconds of one request with `--follow`, and the wait before it is repeated after an outage. */
const waitSeconds = 20;
const reconnectMs = 5_000;

export const tail = defineCommand({
  name: "tail",
  summary: "Shows the changes of an organisation in the order of the log, oldest first; with --json, one per line.",
  examples: ["tail --follow", "tail --after 0 --json"],
  options: {
    after: { value: "SEQUENCE", help: `begins after this sequence; default ${defaultChanges} before the end` },
    follow: { help: "goes on with changes as they come, until Ctrl-C" },
    ...credentialOptions,
  },
  async run(args, context) {
    const given = parseSequence(args.text("after"));
    const connection = connect(await resolveCredentials(args, context), context);
    const after = given ?? (await findStart(connection));
    if (args.flag("follow")) await follow(connection, context, after);
    else for await (const change of iterateChanges(connection, { after, limit: 200 })) context.show(toShown(change));
    return null;
  },
});

function parseSequence(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError("usage", `--after must be a sequence, a whole number from 0 on, not '${text}'.`);
}

function connect({ api, token, org }: ApiCredentials, { now, sleep }: CommandContext): Connection {
  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": org };
  const pause = async (ms: number, signal: AbortSignal | undefined) => {
    await sleep(ms);
    signal?.throwIfAborted();
  };
  return createConnection({ baseUrl: api, maxRetries: 0, now, sleep: pause }, headers);
}

async function findStart(connection: Connection): Promise<number> {
  const { page_context } = await fetchChanges(connection, { after: Number.MAX_SAFE_INTEGER, limit: 1 });
  return Math.max(0, page_context.latest_sequence - defaultChanges);
}

/** Shows changes until an interruption. Continues after the last one when the API was not available. */
async function follow(connection: Connection, context: CommandContext, after: number): Promise<void> {
  const signal = context.installSignalHandlers();
  let last = after;
  while (!signal.aborted) {
    try {
      const changes = iterateChanges(connection, { after: last, wait: waitSeconds, limit: 200 }, { signal });
      for await (const change of changes) {
        context.show(toShown(change));
        last = change.sequence;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isTemporary(error)) throw error;
      context.stderr.write(`${formatApiError(error)} Trying again.\n`);
      await Promise.race([context.sleep(error.retryAfterMs ?? reconnectMs), whenAborted(signal)]);
    }
  }
}

const temporaryCodes = new Set(["network", "timeout", "unavailable", "rate_limited", "internal"]);

function isTemporary(error: unknown): error is ActivityLogError {
  return error instanceof ActivityLogError && temporaryCodes.has(error.code);
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function toShown(change: Schemas["Change"]) {
  return { text: formatChange(change), json: change };
}

function formatChange({ sequence, sealed_at, activity, reason }: Schemas["Change"]): string {
  const start = `${String(sequence).padStart(8)}  ${formatTime(sealed_at)}`;
  if (activity === null) return `${start}  (${toPrintable(reason ?? "not shown")})`;
  const { action, entity_ref, entity_id, actor_user_id } = activity;
  const cells = [action.padEnd(24), (entity_ref ?? entity_id).padEnd(18), actor_user_id ?? "system"];
  return `${start}  ${cells.map(toPrintable).join("  ")}`;
}
