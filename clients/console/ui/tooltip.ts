import { Tooltip } from "#clients/timeline/element/tooltip.ts";

/** Creates the tooltip of the document: it shows the `data-tip` of what is hovered or focused. */
export function createTooltip(): HTMLElement {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.popover = "manual";
  tip.ariaHidden = "true";
  const tooltip = new Tooltip(document);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") tooltip.hide();
  });
  return tip;
}
