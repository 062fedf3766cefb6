import type { ExportSink } from "./export-sink.ts";

/** The part of the File System API that is used (https://wicg.github.io/file-system-access); only Chromium has it. */
type FilePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Returns the browser's dialog to choose a file; `null` if it has none. */
export function getFilePicker(): FilePicker | null {
  const picker: unknown = Reflect.get(window, "showSaveFilePicker");
  return typeof picker === "function" ? (options) => picker.call(window, options) : null;
}

/** Creates a sink that writes to a file as the events come: it holds one page in memory. */
export async function createFileSink(file: FileSystemFileHandle): Promise<ExportSink> {
  const stream = await file.createWritable();
  return {
    write: (text) => stream.write(text),
    close: () => stream.close(),
    discard: () => stream.abort().catch(() => undefined),
  };
}
