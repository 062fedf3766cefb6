/** Where an export is written. */
export type ExportSink = {
  /** Resolves when more can be written. */
  write(text: string): Promise<void>;
  /** Ends the file. */
  close(): Promise<void>;
  /** Ends without a file. Never rejects. */
  discard(): Promise<void>;
};

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

/** The characters that are collected before they become a `Blob`, which browsers may move from memory to disk. */
const partLength = 4 * 1024 * 1024;

export type BlobSinkPorts = { download(blob: Blob): void };

/** Creates a sink that collects the file in parts and downloads it at the end. */
export function createBlobSink(mediaType: string, { download }: BlobSinkPorts): ExportSink {
  let parts: Blob[] = [];
  let texts: string[] = [];
  let length = 0;
  const flush = () => {
    if (texts.length > 0) parts.push(new Blob(texts));
    texts = [];
    length = 0;
  };
  return {
    async write(text) {
      texts.push(text);
      length += text.length;
      if (length >= partLength) flush();
    },
    async close() {
      flush();
      download(new Blob(parts, { type: mediaType }));
      parts = [];
    },
    async discard() {
      parts = [];
      texts = [];
    },
  };
}

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
