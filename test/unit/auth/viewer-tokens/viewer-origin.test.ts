import { describe, expect, it } from "vitest";
import { isViewerOrigin } from "#shared/auth/viewer-tokens/viewer-origin.ts";

describe("isViewerOrigin", () => {
  it.each([
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://localhost:5173",
    "http://127.0.0.1",
    "http://[::1]:3000",
  ])("accepts %s", (origin) => expect(isViewerOrigin(origin)).toBe(true));

  it.each([
    "*",
    "null",
    "",
    "https://*.example.com",
    "http://app.example.com",
    "http://localhost.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://app.example.com:443",
    "https://App.example.com",
    "https://user@app.example.com",
    "app.example.com",
    "ftp://app.example.com",
    "https://app.example.com, https://evil.example",
    "file:///",
  ])("refuses %j", (origin) => expect(isViewerOrigin(origin)).toBe(false));
});
