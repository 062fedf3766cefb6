/** What the keys of the page do. */
export type ActivityKey = "next" | "previous" | "open" | "close" | "filter" | "help";

const keys: Readonly<Record<string, ActivityKey>> = {
  j: "next",
  ArrowDown: "next",
  k: "previous",
  ArrowUp: "previous",
  Enter: "open",
  Escape: "close",
  "/": "filter",
  "?": "help",
};

/** The keys as the help lists them. */
export const keyHelp: readonly (readonly [keys: readonly string[], text: string])[] = [
  [["j", "↓"], "Next event"],
  [["k", "↑"], "Previous event"],
  [["Enter"], "Open the event"],
  [["Esc"], "Close the event"],
  [["/"], "Filter"],
  [["Ctrl K", "⌘ K"], "Search and commands"],
  [["?"], "These keys"],
];

/**
 * Returns what a key does; `null` if it belongs to what has the focus: a field, a button, a dialog. Arrows and Enter
 * belong to the list only.
 */
export function toActivityKey(event: KeyboardEvent): ActivityKey | null {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const action = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (action === undefined || ctrlKey || metaKey || altKey || !(target instanceof HTMLElement)) return null;
  if (target.matches("input, textarea, select") || target.closest("dialog") !== null) return null;
  const isLetter = key.length === 1;
  const isList = target.closest(".event-grid") !== null || target === document.body;
  return isLetter || key === "Escape" || isList ? action : null;
}
