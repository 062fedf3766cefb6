import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";

export type LogFiles = {
  /** Appends lines to the file of a log group. */
  write(group: string, text: string): void;
  close(): Promise<void>;
};

/** Keeps one file per CloudWatch log group in a folder: `/aws/lambda/Read` is `aws-lambda-Read.log`. */
export function openLogFiles(folder: string): LogFiles {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, WriteStream>();
  return {
    write(group, text) {
      const file = files.get(group) ?? createWriteStream(join(folder, logFileName(group)), { flags: "a" });
      files.set(group, file);
      file.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    async close() {
      await Promise.all([...files.values()].map((file) => new Promise((resolve) => file.end(resolve))));
    },
  };
}

/** The name of a group's file. */
export function logFileName(group: string): string {
  return `${group.replace(/^\//, "").replaceAll("/", "-")}.log`;
}
