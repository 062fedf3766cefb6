/** The settings of a deployment, which `config.json` has. */
export type ConsoleConfig = {
  /** The address of the API. */
  readonly api: string;
  /** The name of the stage: `dev`. */
  readonly stage: string;
};

/** Loads the settings. An empty address is the origin of the page. Throws `Error` if they cannot be read. */
export async function loadConfig(fetch: typeof globalThis.fetch, base: string, origin: string): Promise<ConsoleConfig> {
  const response = await fetch(`${base}/config.json`, { credentials: "omit" });
  const value: unknown = response.ok ? await response.json() : null;
  if (typeof value !== "object" || value === null || !("api" in value) || typeof value.api !== "string") {
    throw new Error("config.json has no address of the API.");
  }
  const stage = "stage" in value && typeof value.stage === "string" ? value.stage : "";
  return { api: value.api === "" ? origin : value.api, stage };
}
