import type { FileResult } from "#shared/ledger/verification/file-result.ts";
import { kindNames } from "#shared/ledger/verification/format-result.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

const titles = { valid: "Valid", false: "False", unknown: "Cannot tell" } as const;

const advice = {
  false: "Do not rely on this file. Keep it, and ask the operator of the log, and others who have checkpoints of it.",
  unknown: "This says nothing about the log.",
} as const;

/** Returns the result of a file as an item of a list. All content is text. */
export function renderResult(result: FileResult): HTMLLIElement {
  const item = document.createElement("li");
  item.className = result.result;
  item.append(text("h2", titles[result.result]), text("p", result.file, "file"));
  if (result.result === "valid") item.append(...renderValid(result));
  else item.append(text("p", result.message), text("p", advice[result.result], "hint"));
  return item;
}

/** Returns an item that says what is still needed. */
export function renderNote(sentence: string): HTMLLIElement {
  const item = document.createElement("li");
  item.append(text("p", sentence));
  return item;
}

function renderValid(result: FileResult & { readonly result: "valid" }): HTMLElement[] {
  // The page takes files, not folders.
  if (result.proves === "pack") return [];
  const facts = new Map<string, string>([["Log", result.origin]]);
  switch (result.proves) {
    case "inclusion":
      facts.set("Sequence", `${result.sequence} of ${result.size}`).set("Sealed at", result.sealed_at ?? "");
      break;
    case "consistency":
      facts.set("Unchanged", `entries 1 to ${result.sequence}`).set("Entries now", String(result.size));
      break;
    case "anchor":
      facts.set("Anchored at", result.sealed_at ?? "").set("Entries then", String(result.size));
      break;
    case "checkpoint":
      facts.set("Entries", String(result.size));
  }
  facts.set("Root", result.root);
  if (result.kind !== null && result.kind !== "event") facts.set("Not an event", kindNames[result.kind]);
  const shown = [text("p", sentences[result.proves]), renderFacts(facts)];
  return result.event === null ? shown : [...shown, renderEvent(result.event)];
}

const sentences = {
  inclusion: "The log has this entry, exactly as in the file.",
  consistency: "The log only grew: what the older checkpoint covers is unchanged.",
  anchor:
    "The log of anchors commits to this state of the log. Give a checkpoint of the same size as well: it must have the same root.",
  checkpoint: "The key has signed this checkpoint. Keep it: it proves later that nothing before it was changed.",
} as const;

function renderFacts(facts: ReadonlyMap<string, string>): HTMLElement {
  const list = document.createElement("dl");
  for (const [name, value] of facts) list.append(text("dt", name), text("dd", value));
  return list;
}

/** Shows the event with a field on each line. The text that is proved stays in the file. */
function renderEvent(canonical: string): HTMLElement {
  const details = document.createElement("details");
  details.open = true;
  details.append(
    text("summary", "The event as stored"),
    text("pre", indent(canonical).split("\n").map(toPrintable).join("\n")),
  );
  return details;
}

function indent(canonical: string): string {
  try {
    return JSON.stringify(JSON.parse(canonical), null, 2);
  } catch {
    return canonical;
  }
}

function text(tag: string, content: string, className = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  if (className !== "") element.className = className;
  return element;
}
