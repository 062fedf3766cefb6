/** The themes that a reader can choose; `system` follows the browser. */
export const themes = ["system", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

const key = "activity-log.theme";

/** Returns the chosen theme. */
export function loadTheme(storage: Pick<Storage, "getItem">): Theme {
  try {
    const stored = storage.getItem(key);
    return themes.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
}

/** Remembers the theme, and applies it to the document. */
export function applyTheme(theme: Theme, storage: Pick<Storage, "setItem">): void {
  document.documentElement.dataset.theme = theme;
  try {
    storage.setItem(key, theme);
  } catch {
    // The theme lasts until the page is left.
  }
}
