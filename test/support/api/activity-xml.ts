import { parseXml, XmlElement } from "@rgrove/parse-xml";

/** An activity as XML and JSON can both tell it: neither says whether what is empty is absent. */
export type ReadActivity = Readonly<Record<string, unknown>>;

/** Reads a list, `<activities>`, by a parser that knows nothing of its writer. */
export function readActivitiesXml(text: string): ReadActivity[] {
  return childrenOf(rootOf(text, "activities")).map((child) => readActivity(child));
}

/** Reads one activity, `<activity>`. */
export function readActivityXml(text: string): ReadActivity {
  return readActivity(rootOf(text, "activity"));
}

/** The text of an error, `<data><error>`. */
export function readErrorXml(text: string): string {
  const [error, ...others] = childrenOf(rootOf(text, "data"));
  if (error?.name !== "error" || others.length > 0) throw new Error(`This is no error: ${text.slice(0, 200)}`);
  return error.text;
}

/** The same of an activity that was read as JSON. */
export function comparable(activity: ReadActivity): ReadActivity {
  const entries = Object.entries(activity).map(([field, value]) => [field, value === "" ? null : value]);
  return { ...absent, ...Object.fromEntries(entries) };
}

const kinds = ["invoice", "receipt", "quote", "order", "delivery", "subscription"] as const;

/** Absent `linked_*` fields have no element. */
const absent: ReadActivity = Object.fromEntries(kinds.map((kind) => [`linked_${kind}_id`, null]));

function rootOf(text: string, name: string): XmlElement {
  const { root } = parseXml(text);
  if (root?.name !== name) throw new Error(`The root is not ${name}: ${text.slice(0, 200)}`);
  return root;
}

function childrenOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child instanceof XmlElement);
}

function readActivity(element: XmlElement): ReadActivity {
  const fields = childrenOf(element).map((child) => [
    child.name,
    child.name === "references" ? childrenOf(child).map(readReference) : child.text === "" ? null : child.text,
  ]);
  return { ...absent, ...Object.fromEntries(fields) };
}

function readReference(element: XmlElement): Record<string, string> {
  if (element.name !== "reference") throw new Error(`Among references there is ${element.name}.`);
  return Object.fromEntries(childrenOf(element).map(({ name, text }) => [name, text]));
}
