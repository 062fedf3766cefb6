/** The path of the pages that another page can embed. */
export const portalBase = "/console/portal";

export function isPortalPath(path: string): boolean {
  return path === portalBase || path.startsWith(`${portalBase}/`);
}
