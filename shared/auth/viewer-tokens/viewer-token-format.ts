import { type KeyObject, sign, verify } from "node:crypto";
import { secretPrefixes } from "#shared/auth/token-format.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { parseJson } from "#shared/platform/json.ts";
import { maxViewerTokenLength, type ViewerToken, viewerScopes } from "./viewer-token.ts";

const prefix = secretPrefixes.viewer;

/** The version of the payload. Instances of an earlier release reject a later one. */
const version = 1;

/** `aibooks_view_` key id `.` payload `.` signature. The signature covers all before it, so also its purpose and key. */
const pattern = /^(?<signed>aibooks_view_(?<keyId>[0-9a-f]{16})\.(?<payload>[\w-]+))\.(?<signature>[\w-]{86})$/;

/** Bytes of an Ed25519 signature (RFC 8032, section 5.1.6), 86 characters in base64url. */
const signatureBytes = 64;

/** Whether a text claims to be a viewer token. */
export function isViewerToken(text: string): boolean {
  return text.startsWith(prefix);
}

/** Formats and signs a viewer token by an Ed25519 key. Throws `RangeError` if it is too long for a header. */
export function signViewerToken(token: ViewerToken, keyId: string, privateKey: KeyObject): string {
  const payload = Buffer.from(JSON.stringify({ version, ...token })).toString("base64url");
  const signed = `${prefix}${keyId}.${payload}`;
  const text = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
  if (text.length > maxViewerTokenLength) throw new RangeError("The viewer token is too long.");
  return text;
}

/**
 * Returns a viewer token whose signature is valid, expired or not; `null` for any other text. `findKey` returns the
 * public key of an id. Nothing of the payload is parsed before its signature is verified.
 */
export function parseViewerToken(text: string, findKey: (keyId: string) => KeyObject | null): ViewerToken | null {
  if (text.length > maxViewerTokenLength) return null;
  const { signed, keyId, payload, signature } = pattern.exec(text)?.groups ?? {};
  if (signed === undefined || keyId === undefined || payload === undefined || signature === undefined) return null;
  const bytes = decodeExactly(signature);
  const key = findKey(keyId);
  if (key === null || bytes?.length !== signatureBytes) return null;
  if (!verify(null, Buffer.from(signed), key, bytes)) return null;
  const fields = parseJson(Buffer.from(payload, "base64url").toString());
  return isJsonObject(fields) && fields.version === version ? toViewerToken(fields) : null;
}

/** Returns the bytes of a base64url text; `null` if it is not in the canonical spelling: each token has one text. */
function decodeExactly(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}

/** Checks the types of signed fields, which an instance of another release may have written. */
function toViewerToken(fields: JsonObject): ViewerToken | null {
  const text = (name: keyof ViewerToken) => (typeof fields[name] === "string" ? fields[name] : null);
  const texts = (name: keyof ViewerToken) => {
    const values: unknown = fields[name];
    return Array.isArray(values) && values.every((value) => typeof value === "string") ? values : null;
  };
  const limitNames = ["entity_type", "entity_id", "contact_id", "actor_user_id"] as const;
  if (!limitNames.every((name) => fields[name] === null || typeof fields[name] === "string")) return null;
  const [viewer_token_id, issuer_token_id, org_id] = [text("viewer_token_id"), text("issuer_token_id"), text("org_id")];
  const [issued_at, expires_at] = [text("issued_at"), text("expires_at")];
  const [scopes, hide, origins] = [texts("scopes"), texts("hide"), texts("origins")];
  if (viewer_token_id === null || issuer_token_id === null || org_id === null) return null;
  if (issued_at === null || expires_at === null || scopes === null || hide === null || origins === null) return null;
  return {
    viewer_token_id,
    issuer_token_id,
    org_id,
    entity_type: text("entity_type"),
    entity_id: text("entity_id"),
    contact_id: text("contact_id"),
    actor_user_id: text("actor_user_id"),
    scopes: viewerScopes.filter((scope) => scopes.includes(scope)),
    hide,
    origins,
    issued_at,
    expires_at,
  };
}
