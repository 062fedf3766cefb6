import { decodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import type { FileResult } from "#shared/ledger/verification/file-result.ts";
import { verifyFiles } from "#shared/ledger/verification/verify-files.ts";
import { renderNote, renderResult } from "./render-result.ts";

/** Far above a proof with the largest event. */
const maxBytes = 16 * 1_024 * 1_024;

const keyField = elementOf("key", HTMLTextAreaElement);
const fileField = elementOf("files", HTMLInputElement);
const list = elementOf("results", HTMLOListElement);

let files: readonly { readonly file: string; readonly text: string | null }[] = [];

/** Rises with each verification, so that the result of an earlier one is not shown after a later one. */
let latest = 0;

fileField.addEventListener("change", () => take(fileField.files));
keyField.addEventListener("input", () => void show());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  void take(event.dataTransfer?.files ?? null);
});

async function take(chosen: FileList | null): Promise<void> {
  if (chosen === null || chosen.length === 0) return;
  const mine = ++latest;
  list.replaceChildren();
  const read = await Promise.all([...chosen].map(async (file) => ({ file: file.name, text: await readText(file) })));
  if (mine !== latest) return;
  files = read;
  await show();
}

/** Returns the text of a file; `null` if it cannot be read or is not valid UTF-8, whose bytes would else be replaced. */
async function readText(file: File): Promise<string | null> {
  if (file.size > maxBytes) return null;
  return file
    .arrayBuffer()
    .then((bytes) => decodeUtf8(new Uint8Array(bytes)))
    .catch(() => null);
}

async function show(): Promise<void> {
  const mine = ++latest;
  // An earlier result must not stay beside other files or another key.
  list.replaceChildren();
  const results = await verified();
  if (mine !== latest) return;
  const needsKey = files.length > 0 && splitKeys(keyField.value).length === 0;
  list.replaceChildren(
    ...(needsKey ? [renderNote("Enter the verification key of the log.")] : results.map(renderResult)),
  );
}

async function verified(): Promise<readonly FileResult[]> {
  const keys = splitKeys(keyField.value);
  if (keys.length === 0) return [];
  return verifyFiles(
    files.map((file) => ({ ...file, older: null })),
    { log: keys, witnesses: [] },
  );
}

/** Returns the keys in a text. An email may have broken a key into lines: a key begins with a name and an id. */
function splitKeys(text: string): string[] {
  const keys = text.split(/\s+(?=[^\s+]+\+[0-9a-f]{8}\+)/).map((key) => key.replaceAll(/\s/g, ""));
  return keys.filter((key) => key !== "");
}

function elementOf<E extends HTMLElement>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${id}.`);
}
