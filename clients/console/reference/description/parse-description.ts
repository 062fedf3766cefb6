import { toList, toObject, toText } from "./json.ts";
import type { OperationDescription, OperationGroup } from "./operation.ts";
import { parseOperation } from "./parse-operation.ts";
import { createResolve, type Resolve } from "./resolve.ts";

/** An OpenAPI description as the reference shows it. */
export type ApiDescription = {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** In the order of the tags. */
  readonly groups: readonly OperationGroup[];
  readonly resolve: Resolve;
};

const methods = ["get", "post", "put", "patch", "delete"] as const;

/** Returns an OpenAPI 3.1 description with its operations by their first tag. What is missing in it is empty. */
export function parseDescription(value: unknown): ApiDescription {
  const description = toObject(value);
  const info = toObject(description.info);
  const resolve = createResolve(description);
  const operations = [
    ...listOperations(description.paths, true, resolve),
    ...listOperations(description.webhooks, false, resolve),
  ];
  const tags = toList(description.tags).map(toObject);
  const groups = tags.map(({ name, description: text }) => ({
    name: toText(name),
    description: toText(text),
    operations: operations.filter(({ tag }) => tag === name),
  }));
  return {
    title: toText(info.title),
    version: toText(info.version),
    description: toText(info.description),
    groups: groups.filter((group) => group.operations.length > 0),
    resolve,
  };
}

/** Returns the operation with an id; `null` if it does not exist. */
export function findOperation({ groups }: ApiDescription, id: string | null): OperationDescription | null {
  return groups.flatMap(({ operations }) => operations).find((operation) => operation.id === id) ?? null;
}

/** Returns the groups with those operations whose summary, path or id has a text. */
export function filterGroups(groups: readonly OperationGroup[], text: string): readonly OperationGroup[] {
  const words = text.toLowerCase().split(/\s+/);
  const matches = ({ summary, path, id, method }: OperationDescription) => {
    const searched = `${method} ${summary} ${path} ${id}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  };
  return groups
    .map((group) => ({ ...group, operations: group.operations.filter(matches) }))
    .filter(({ operations }) => operations.length > 0);
}

function listOperations(paths: unknown, isReceived: boolean, resolve: Resolve): OperationDescription[] {
  return Object.entries(toObject(paths)).flatMap(([path, item]) => {
    const operations = toObject(item);
    return methods.flatMap((method) =>
      operations[method] === undefined
        ? []
        : [parseOperation(operations[method], { method, path, isReceived }, resolve)],
    );
  });
}
