/** Lets the browser download a file. */
export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the content when the event has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
