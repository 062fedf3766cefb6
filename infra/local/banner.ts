import type { LocalStack } from "./stack.ts";

export interface Demo {
  readonly org_id: string;
  readonly slug: string;
  readonly token: string;
  /** Of the SimplyBooks dialect. */
  readonly api_key: string;
  /** Of the Fakturoid dialect. */
  readonly client_id: string;
  readonly client_secret: string;
}

/** What `npm start` prints once everything serves. */
export function banner({ api, notRun }: LocalStack, demo: Demo | undefined, logs: string): string {
  const more = [
    "Try next",
    ...(demo === undefined
      ? ["  npm run activity -- org create org_1, then token create --org org_1 --scope AIBooks.activity.READ"]
      : [
          "  npm run activity -- list        the organisation's feed as a table",
          "  npm run activity -- webhooks listen   a receiver that shows what arrives, verified",
        ]),
    "  npm run activity -- --help      organisations, tokens, writing and reading events",
    `  ${api}/openapi.json`,
    `  ${api}/schemas/event.json`,
    `  Logs: ${logs}`,
    ...notRun.map((rule) => `  Not run here: ${rule}`),
    "",
    "Ctrl-C stops everything.",
  ];
  return [
    "",
    `The activity log serves at ${api}`,
    "",
    ...(demo === undefined ? [] : demoLines(api, demo)),
    ...more,
    "",
  ].join("\n");
}

function demoLines(api: string, { org_id, slug, token, api_key, client_id, client_secret }: Demo): string[] {
  return [
    `  Demo organisation  ${org_id}`,
    `  Demo token         ${token}`,
    "",
    "Paste this for an invoice's timeline:",
    `  curl -s "${api}/api/public/v1/invoices/inv_8c3f1a9b/activity?limit=20" \\`,
    `    -H "Authorization: Bearer ${token}" -H "X-AIBooks-Org: ${org_id}"`,
    "",
    "The same log as the SimplyBooks API, and as the Fakturoid API:",
    `  curl -s "${api}/api/v1/activities?take=5" -H "X-API-Key: ${api_key}"`,
    `  curl -s "${api}/api/v3/oauth/token" -u "${client_id}:${client_secret}" -d grant_type=client_credentials`,
    `  curl -s "${api}/api/v3/accounts/${slug}/events.json" -H "Authorization: Bearer $ACCESS_TOKEN"`,
    "",
  ];
}
