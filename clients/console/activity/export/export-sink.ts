/** Where an export is written. */
export type ExportSink = {
  /** Resolves when more can be written. */
  write(text: string): Promise<void>;
  /** Ends the file. */
  close(): Promise<void>;
  /** Ends without a file. Never rejects. */
  discard(): Promise<void>;
};

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
