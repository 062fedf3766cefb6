import { commonOptions, formatOption } from "#clients/cli/command-description.ts";
import { renderCommandReference } from "#clients/cli/command-reference.ts";
import { exitCodeHelp } from "#clients/cli/command-result.ts";
import { commandGroups } from "#clients/cli/dispatch.ts";
import { markdownTable } from "./generated-tables.ts";

const introduction = `# Command line

<!-- Generated from the commands. Renew: npx vitest run --project unit test/unit/docs/cli-page --update -->

The command line calls the running local stack, or with \`--stack NAME\` a deployed one. In this folder, write \`npm run activity --\` where this page has \`activity\`:

<!-- check: syntax -->
\`\`\`sh
npm run activity -- list --limit 4
npm run activity -- help webhooks create
\`\`\`

The \`--\` is needed: npm takes the options before it for itself. Elsewhere, install [\`@activity-log/cli\`](../clients/cli/README.md) and write \`npx @activity-log/cli\`.`;

const scripts = `## In scripts

- \`npm run --silent activity -- COMMAND\` keeps npm's own lines out of stdout. \`--json\` prints one JSON document.
- Commands that create a secret (\`token create\`, \`key create\`, \`client create\`, \`webhooks create\`, \`webhooks rotate-secret\`) print only the secret on stdout, and everything else on stderr.
- Commands that call the API use the token of \`--token\` or \`ACTIVITY_TOKEN\`, and without one the demo token of \`npm start\`. A token is sent only to a named stack: \`--stack\`, \`ACTIVITY_STACK\` or \`ACTIVITY_API\`. [All variables](../clients/cli/README.md#stacks) are in the README of the package.

\`\`\`sh
export ACTIVITY_TOKEN=$(npm run --silent activity -- token create --org org_8f9a1c2d --scope AIBooks.activity.READ)
npm run --silent activity -- list --stack .local/stack.json --entity inv_8c3f1a9b --json > events.json
\`\`\``;

/** Returns docs/cli.md, from the definitions of the commands. */
export function cliPage(): string {
  const common = Object.entries(commonOptions).map(([key, option]) => [
    `\`${formatOption(key, option)}\``,
    option.help,
  ]);
  const exitCodes = [...exitCodeHelp.matchAll(/^ {2}(\d) {2}(.+)$/gm)].map(([, ...cells]) => cells);
  // Every block of the reference is an example or a usage, with placeholders.
  const reference = renderCommandReference(commandGroups).replaceAll(/^```sh$/gm, "<!-- check: syntax -->\n```sh");
  return `${[
    introduction,
    tableOfContents(),
    scripts,
    `## Options of every command\n\n${markdownTable(["option", "meaning"], common)}`,
    `## Exit codes\n\n${markdownTable(["code", "meaning"], exitCodes)}`,
    reference,
  ].join("\n\n")}\n`;
}

function tableOfContents(): string {
  const rows = Object.entries(commandGroups).map(([title, commands]) => {
    const links = commands.map(({ name }) => `[${name}](#${name.replaceAll(" ", "-")})`);
    return [`[${title}](#${title.toLowerCase().replaceAll(",", "").replaceAll(" ", "-")})`, links.join(" · ")];
  });
  return markdownTable(["group", "commands"], rows);
}
