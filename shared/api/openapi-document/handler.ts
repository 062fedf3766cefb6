import { handleHome, homePath } from "#shared/api/home/handler.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { webhookJsonSchema, webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { ActivityError } from "#shared/errors.ts";
import { eventJsonSchema, eventSchemaPath } from "#shared/events/event-json-schema.ts";
import { createOpenApiDocument, documentPaths } from "./document.ts";

const documents: Record<keyof typeof documentPaths, (origin: string) => unknown> = {
  "/openapi.json": createOpenApiDocument,
  [eventSchemaPath]: eventJsonSchema,
  [webhookSchemaPath]: webhookJsonSchema,
};

/** Serves the home page, the OpenAPI document and the JSON Schemas. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export async function handleDocuments(request: HttpRequest): Promise<HttpResponse> {
  const { method, path, origin } = request;
  if (path === homePath) return handleHome(request);
  if (!isDocumentPath(path)) throw new ActivityError("not_found", "Resource not found. Check the path.");
  if (method !== "GET")
    throw new ActivityError("method_not_allowed", "This document is read-only. Use GET or HEAD.", {
      allow: "GET, HEAD",
    });
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
    body: JSON.stringify(documents[path](origin)),
  };
}

function isDocumentPath(path: string): path is keyof typeof documentPaths {
  return Object.hasOwn(documentPaths, path);
}
