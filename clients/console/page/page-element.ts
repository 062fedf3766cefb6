import { LitElement, type PropertyDeclarations } from "lit";
import type { PageContext } from "./page-context.ts";

/** A page of the console. It renders into the document, so that labels, styles and focus work across its parts. */
export class PageElement extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    params: { attribute: false },
    query: { attribute: false },
  };

  declare context: PageContext;
  /** The variable parts of the path: `{ id }` of `/webhooks/:id`. */
  declare params: Readonly<Record<string, string>>;
  /** The query of the address. A page that changes it calls `context.navigate`. */
  declare query: URLSearchParams;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
