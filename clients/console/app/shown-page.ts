import { html, type TemplateResult } from "lit";
import { renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import type { ShownPage } from "./page-host.ts";

/** Renders the page that the address names, or that it loads. */
export function renderShownPage(shown: ShownPage): TemplateResult {
  switch (shown.kind) {
    case "loading":
      return renderSkeleton();
    case "ready":
      return html`${shown.element}`;
    case "failed": {
      const reload = html`<button type="button" class="button" @click=${() => location.reload()}>Reload</button>`;
      const hint = "You are offline, or a new version was deployed.";
      return renderNotice({ icon: "warning", title: "The page could not be loaded", hint, action: reload });
    }
  }
}
