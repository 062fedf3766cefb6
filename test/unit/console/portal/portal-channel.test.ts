import { describe, expect, it } from "vitest";
import { isPortalPath } from "#clients/console/app/portal-path.ts";
import { PortalChannel } from "#clients/console/portal/portal-channel.ts";
import type { PortalMessage } from "#clients/console/portal/portal-messages.ts";

const origin = "https://app.example.com";
const data = { type: "activity-log:token", token: "view_1" };

/** A channel to a page, and what the page was sent. */
function aChannel() {
  const sent: (readonly [PortalMessage, string])[] = [];
  const source = { postMessage: (message: PortalMessage, target: string) => void sent.push([message, target]) };
  return { sent, source, channel: new PortalChannel(source, (text) => text.startsWith("view_")) };
}

describe("PortalChannel", () => {
  it("announces itself to a page of any origin, without a secret", () => {
    const { channel, sent } = aChannel();
    channel.announce();
    expect(sent).toEqual([[{ type: "activity-log:ready" }, "*"]]);
  });

  it("returns the token of the page, and asks that origin for the next one", () => {
    const { channel, sent, source } = aChannel();
    expect(channel.receive({ source, origin, data })).toEqual({ token: "view_1" });
    channel.askForToken();
    expect(sent).toEqual([[{ type: "activity-log:token-expired" }, origin]]);
  });

  it("returns null for a message of another window", () => {
    const { channel } = aChannel();
    expect(channel.receive({ source: {}, origin, data })).toBeNull();
    expect(channel.receive({ source: null, origin, data })).toBeNull();
  });

  it("returns null for a message of another origin than that of the first token", () => {
    const { channel, source, sent } = aChannel();
    channel.receive({ source, origin, data });
    expect(channel.receive({ source, origin: "https://evil.example", data })).toBeNull();
    channel.askForToken();
    expect(sent.map(([, target]) => target)).toEqual([origin]);
  });

  it("returns null for a document without an origin", () => {
    const { channel, source } = aChannel();
    expect(channel.receive({ source, origin: "null", data })).toBeNull();
  });

  it("refuses what is no viewer token, and does not remember its origin", () => {
    const { channel, source, sent } = aChannel();
    expect(channel.receive({ source, origin: "https://evil.example", data: { ...data, token: "pat_1" } })).toBe(
      "refused",
    );
    channel.askForToken();
    expect(sent).toEqual([]);
    expect(channel.receive({ source, origin, data })).toEqual({ token: "view_1" });
  });

  it.each([
    null,
    "activity-log:token",
    {},
    { type: "activity-log:token" },
    { type: "activity-log:token", token: 1 },
    { type: "other", token: "view_1" },
  ])("returns null for the message %j", (message) => {
    const { channel, source } = aChannel();
    expect(channel.receive({ source, origin, data: message })).toBeNull();
  });
});

describe("isPortalPath", () => {
  it.each([
    ["/console/portal", true],
    ["/console/portal/webhooks", true],
    ["/console/portals", false],
    ["/console/webhooks", false],
  ])("returns for %s whether it is in the portal: %s", (path, isPortal) => {
    expect(isPortalPath(path)).toBe(isPortal);
  });
});
