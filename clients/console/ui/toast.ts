const visibleMs = 5_000;

/** Shows a message for five seconds; assistive technology reads it. The page must have the element of `createToasts`. */
export function showToast(text: string): void {
  const toasts = document.querySelector<HTMLElement>(".toasts");
  if (toasts === null) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = text;
  toasts.replaceChildren(toast);
  // Shown again, it is above a dialog that was opened since.
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  toasts.showPopover();
  setTimeout(() => toast.remove(), visibleMs);
}

/** Creates the region in which toasts appear. */
export function createToasts(): HTMLElement {
  const toasts = document.createElement("div");
  toasts.className = "toasts";
  toasts.popover = "manual";
  toasts.role = "status";
  return toasts;
}
