// Runs in CloudFront for each request of a page: see "JavaScript runtime 2.0 features" in its developer guide.

/** Returns the request of the file for a path: pages have no file of their own, and show what their path says. */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls the function of this name.
function handler(event) {
  const request = event.request;
  if (request.uri === "/" || request.uri === "/console") {
    return { statusCode: 302, statusDescription: "Found", headers: { location: { value: "/console/" } } };
  }
  if (!request.uri.startsWith("/console/")) return { statusCode: 404, statusDescription: "Not Found" };
  // Files have a dot, and are not in folders: the id of a document may have a dot, too.
  if (!/^\/console\/[\w-]+\.\w+$/.test(request.uri)) request.uri = "/console/index.html";
  return request;
}
