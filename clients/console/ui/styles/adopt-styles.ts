import type { CSSResult } from "lit";

/** Applies style sheets to the document, each once. The pages render into the document, not into shadow trees. */
export function adoptStyles(...styles: readonly CSSResult[]): void {
  for (const { styleSheet } of styles) {
    if (styleSheet !== undefined && !document.adoptedStyleSheets.includes(styleSheet)) {
      document.adoptedStyleSheets.push(styleSheet);
    }
  }
}
