const visibleMs = 5_000;

/** Shows a message for five seconds; assistive technology reads it. The page must have the element of `createToasts`. */
export function showToast(text: string): void {
  const toasts = document.querySelector<HTMLElement>(".toasts");
  if (toasts === null) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = text;
  toasts.replaceChildren(toast);
  const status = document.querySelector(".toast-status");
  if (status !== null) status.textContent = text;
  // Shown again, it is above a dialog that was opened since.
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  toasts.showPopover();
  setTimeout(() => toast.remove(), visibleMs);
}

/**
 * Creates the region in which toasts appear, and the one from which assistive technology reads them: what is hidden when its
 * text changes is not read.
 */
export function createToasts(): readonly HTMLElement[] {
  const status = document.createElement("div");
  status.className = "toast-status unseen";
  status.role = "status";
  const toasts = document.createElement("div");
  toasts.className = "toasts";
  toasts.popover = "manual";
  return [toasts, status];
}
