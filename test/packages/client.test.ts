import { execFile } from "node:child_process";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { createProject } from "#test/support/packages/empty-project.ts";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";
import { fakeApi, responseOf } from "#test/unit/cli/fake-api.ts";

describePackage("client");

describe("the code of the client", () => {
  it("stays below 5 KB, minified and compressed, without any import", async () => {
    const { files } = await packPackage("client");
    const code = files.get("dist/client.js") ?? "";
    expect(code).not.toMatch(/^import /m);
    const minified = await transform(code, { minify: true, format: "esm" });
    expect(gzipSync(minified.code, { level: 9 }).length).toBeLessThan(5_000);
  });

  it("follows no redirect to another host", async () => {
    const target = await fakeApi({});
    const { api, requests } = await fakeApi({ "GET /whoami": { status: 307, headers: { location: target.api } } });
    const project = createProject(await packPackage("client"));
    project.write(
      "run.ts",
      `import { createFinzbooksClient } from "@activity-log/client";
       const client = createFinzbooksClient({ baseUrl: process.env.API ?? "", token: "secret" });
       await client.whoami().catch(({ code, status }) => console.log(code, status));`,
    );
    const { stdout } = await promisify(execFile)(execPath, ["run.ts"], { cwd: project.folder, env: { API: api } });
    expect(stdout).toBe("invalid_response 307\n");
    expect([requests.length, target.requests.length]).toEqual([1, 0]);
  });

  it("calls the API from an empty project", async () => {
    const { api, requests } = await fakeApi({
      "GET /whoami": [
        { status: 503, headers: { "retry-after": "0" }, body: { code: "service.unavailable" } },
        responseOf({ token: { org_id: "org_1" } }),
      ],
    });
    const project = createProject(await packPackage("client"));
    project.write(
      "run.ts",
      `import { ActivityLogError, createFinzbooksClient } from "@activity-log/client";
       const client = createFinzbooksClient({ baseUrl: process.env.API ?? "", token: "secret", sleep: async () => {} });
       console.log((await client.whoami()).org_id);
       await client.activity.list().catch((error: unknown) => {
         if (error instanceof ActivityLogError) console.log(error.code, error.message);
       });`,
    );
    const { stdout } = await promisify(execFile)(execPath, ["run.ts"], { cwd: project.folder, env: { API: api } });
    expect(stdout).toBe("org_1\nnot_found Resource not found. Check the path.\n");
    expect(requests).toHaveLength(3);
  });
});
