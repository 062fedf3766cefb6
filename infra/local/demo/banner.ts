import type { LocalRuntime } from "#infra/local/runtime.ts";
import { consolePath } from "#shared/platform/console-path.ts";

export type DemoCredentials = {
  readonly org_id: string;
  readonly slug: string;
  readonly token: string;
  /** Of the SimplyBooks dialect. */
  readonly api_key: string;
  /** Of the Fakturoid dialect. */
  readonly client_id: string;
  readonly client_secret: string;
};

/**
 * What `npm start` prints once everything serves. A shell can run all of it, from top to bottom. Comments have no quotes
 * or brackets: zsh takes the words of a comment that is pasted as a command.
 */
export function renderBanner(
  { api, notRun }: Pick<LocalRuntime, "api" | "notRun">,
  demo: DemoCredentials | undefined,
  logs: string,
): string {
  return [
    "",
    `# The activity log serves at ${api}`,
    `# The console for a browser: ${api}${consolePath}`,
    `# Ctrl-C stops it. Logs: ${logs}`,
    ...notRun.map((rule) => `# Not run here: ${rule}`),
    "",
    "# In a second terminal, in this folder: paste any of these, or all of them",
    "",
    ...(demo === undefined ? emptyStackLines : demoLines(api, demo)),
    "",
    "# What else there is, also in a browser",
    "npm run activity -- help",
    `curl -s "${api}/"`,
    "",
    "",
  ].join("\n");
}

const emptyStackLines = [
  "# An organisation, and a token to read its log with",
  "npm run activity -- org create org_1",
  "npm run activity -- token create --org org_1 --scope AIBooks.activity.READ",
];

function demoLines(api: string, { org_id, slug, token, api_key, client_id, client_secret }: DemoCredentials): string[] {
  return [
    `# The timeline of an invoice of the demo organisation ${org_id}`,
    `ACTIVITY_TOKEN=${token}`,
    `curl -sw "\\n" "${api}/api/public/v1/invoices/inv_8c3f1a9b/activity?limit=20" \\`,
    `  -H "Authorization: Bearer $ACTIVITY_TOKEN" -H "X-AIBooks-Org: ${org_id}"`,
    "",
    "# The newest events of the organisation as a table",
    "npm run activity -- list",
    "",
    "# The same log as SimplyBooks activities, and as Fakturoid events",
    `curl -sw "\\n" "${api}/api/v1/activities?take=5" -H "X-API-Key: ${api_key}"`,
    `ACCESS_TOKEN=$(curl -s "${api}/api/v3/oauth/token" -u "${client_id}:${client_secret}" \\`,
    `  -d grant_type=client_credentials | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `curl -sw "\\n" "${api}/api/v3/accounts/${slug}/events.json" -H "Authorization: Bearer $ACCESS_TOKEN"`,
  ];
}
