import type { CodeBlock } from "./pages.ts";

/**
 * How a block is checked. `run`: by test/scenario/docs against a local stack; `output`: compared there with what the block
 * before it printed; `file`: equal to a file that a test runs; `browser`: by test/browser; the others by test/unit/docs.
 */
export type BlockKind =
  | "run"
  | "output"
  | "file"
  | "browser"
  | "shell"
  | "typescript"
  | "javascript"
  | "json"
  | "diagram";

const fileLanguages = new Set(["python", "go", "java", "php", "csharp"]);

/** Pages whose HTML is opened in Chromium by test/browser. */
const browserPages: ReadonlySet<string> = new Set(["clients/timeline/README.md", "docs/webhooks.md"]);

/** Whether the commands of a page run against a local stack. */
function isRunPage(page: string): boolean {
  return page === "README.md" || page.startsWith("docs/");
}

/** Returns how the block is checked, by its language and the note above it; `null` if no check covers it. */
export function kindOf({ page, language, note }: CodeBlock): BlockKind | null {
  const has = (key: string, ...values: readonly string[]) =>
    note?.key === key && (values.length === 0 || values.includes(note.value));
  if (fileLanguages.has(language)) return has("file") ? "file" : null;
  switch (language) {
    case "sh":
      // Elsewhere, commands may install or publish packages.
      if (has("check", "syntax") || !isRunPage(page)) return "shell";
      return note === null || has("check", "background") ? "run" : null;
    case "text":
      return has("check", "output") ? "output" : null;
    case "json":
      if (has("check", "output")) return "output";
      return note === null || has("schema") || has("policy") ? "json" : null;
    case "ts":
      return note === null || has("file") || has("type") ? "typescript" : null;
    case "js":
      return has("file") ? "javascript" : null;
    case "html":
      return note === null && browserPages.has(page) ? "browser" : null;
    case "mermaid":
      return note === null ? "diagram" : null;
    default:
      return null;
  }
}
