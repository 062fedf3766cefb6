import { describe, expect, it } from "vitest";
import { resolveCredentials } from "#clients/cli/api/credentials.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { aCommandContext } from "./command-context.ts";
import { fakeApi } from "./fake-api.ts";

const resolve = (defaults: Partial<CommandContext>, options: Record<string, string> = {}) =>
  resolveCredentials({ text: (name) => options[name] }, aCommandContext(defaults).context);

describe("credentials of the API", () => {
  it("come from the environment, without any stack", async () => {
    const defaults = { api: "https://activity.example.com", token: "secret", org: "org_1" };
    expect(await resolve(defaults)).toEqual({ api: "https://activity.example.com", token: "secret", org: "org_1" });
    expect(await resolve(defaults, { org: "org_2", token: "other" })).toMatchObject({ token: "other", org: "org_2" });
  });

  it("are incomplete when the environment has an address but no token", async () => {
    await expect(resolve({ api: "https://activity.example.com" })).rejects.toThrow("No API token. Set ACTIVITY_TOKEN");
  });

  it("are refused when the address is not one", async () => {
    await expect(resolve({ api: "activity.example.com", token: "secret" })).rejects.toThrow(
      "ACTIVITY_API must be an address such as https://activity.example.com.",
    );
  });

  it("come from the stack that --stack names, whatever address the environment has", async () => {
    const { api, cwd } = await fakeApi({});
    const defaults = { api: "https://activity.example.com", token: "secret" };
    expect(await resolve(defaults, { stack: `${cwd}/.local/stack.json` })).toMatchObject({ api, token: "secret" });
  });

  it("are refused when the token would be sent to a stack that was only found in the folder", async () => {
    const { api, cwd } = await fakeApi({});
    const refusal = "The token is not sent to a stack that is not named. Give --stack .local/stack.json";
    await expect(resolve({ cwd, token: "secret" })).rejects.toThrow(refusal);
    await expect(resolve({ cwd }, { token: "secret" })).rejects.toThrow(refusal);
    const stack = ".local/stack.json";
    expect(await resolve({ cwd, token: "secret", stack })).toMatchObject({ api, token: "secret" });
    expect(await resolve({ cwd, token: "secret" }, { stack })).toMatchObject({ api, token: "secret" });
    // The file has this token already.
    expect(await resolve({ cwd, token: "demo-token" })).toMatchObject({ api, token: "demo-token" });
  });

  it("are those of the demo organisation of a local stack when no token is given", async () => {
    const { api, cwd } = await fakeApi({});
    const demo = await resolve({ cwd });
    expect(demo).toMatchObject({ api, org: "org_demo" });
    expect(await resolve({ cwd, org: "org_2" })).toEqual({ ...demo, org: "org_2" });
  });
});
