/** The OpenAPI 3.1 description of every route. */
export function openApi(origin: string) {
  return { openapi: "3.1.0", servers: [{ url: origin }] };
}
