import { folderGraph, foldersOf, type Graph, importGraph, type SourceFile } from "./import-graph.ts";

/** Returns the import cycles between files, and between the subfolders of each folder: a path from a node to itself. */
export function importCycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const graph = importGraph(files);
  return [graph, ...[...foldersOf(files)].map((folder) => folderGraph(graph, folder))].flatMap(cyclesOf);
}

/** Returns one cycle for each node that a depth-first search meets again on its own path. */
function cyclesOf(graph: Graph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) cycles.push([...path.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return cycles;
}
