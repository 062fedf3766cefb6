import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of the project, to which the paths of pages are relative. */
export const projectFolder = resolve(import.meta.dirname, "../../..");

/** The Markdown files of the repository, with those that are not committed yet. */
export const pagePaths: readonly string[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: projectFolder,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(projectFolder, path)));

export function readPage(path: string): string {
  return readFileSync(join(projectFolder, path), "utf8");
}

/** A fenced block of code in a page. */
export type CodeBlock = {
  readonly page: string;
  /** Of the opening fence, from 1 on. */
  readonly line: number;
  /** What follows the fence, such as `sh`; empty if nothing does. */
  readonly language: string;
  /** The HTML comment on the line above, as `<!-- check: syntax -->`, by its key; `null` without one. */
  readonly note: { readonly key: string; readonly value: string } | null;
  readonly code: string;
};

const notePattern = /^<!-- (\w+): (.+) -->$/;

/** Returns the fenced blocks of a page, in their order. Throws if a fence is not closed. */
export function codeBlocksIn(page: string, text: string): readonly CodeBlock[] {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = /^( *)```(.*)$/.exec(lines[at] ?? "");
    if (opening === null) continue;
    const [, indent = "", language = ""] = opening;
    const length = lines.slice(at + 1).indexOf(`${indent}\`\`\``);
    if (length === -1) throw new Error(`${page}:${at + 1}: the block is not closed.`);
    const code = lines.slice(at + 1, at + 1 + length).map((line) => line.slice(indent.length));
    const [, key = "", value = ""] = notePattern.exec(lines[at - 1]?.trim() ?? "") ?? [];
    const note = key === "" ? null : { key, value };
    blocks.push({ page, line: at + 1, language: language.trim(), note, code: `${code.join("\n")}\n` });
    at += length + 1;
  }
  return blocks;
}

/** The fenced blocks of all pages. */
export const codeBlocks: readonly CodeBlock[] = pagePaths.flatMap((page) => codeBlocksIn(page, readPage(page)));

/** Returns where a block is, as `docs/webhooks.md:12`. */
export function locationOf({ page, line }: Pick<CodeBlock, "page" | "line">): string {
  return `${page}:${line}`;
}
