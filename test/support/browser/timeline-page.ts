export type TimelinePage = {
  readonly [Name in "api" | "token" | "attributes" | "script" | "lang"]?: string | undefined;
} & {
  readonly dir?: "ltr" | "rtl" | undefined;
};

/** Returns a page that follows the colour scheme of the browser, as an application does. Its own origin has the API by default. */
export function timelinePage({
  api,
  token = "valid",
  attributes = "",
  script = "",
  lang = "en-GB",
  dir = "ltr",
}: TimelinePage): string {
  return `<!doctype html>
<html lang="${lang}" dir="${dir}" style="color-scheme: light dark">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Activity</title>
    <style>h1 { font-size: 20px; } h2 { font-size: 16px; } body { margin: 24px; font-family: Inter, system-ui, "DejaVu Sans", sans-serif; background: light-dark(#fff, #16181c); }</style>
    <script type="module" src="/timeline/activity-timeline.js"></script>
  </head>
  <body>
    <main>
      <h1>INV-2026-0042</h1>
      <h2>Activity</h2>
      <activity-timeline ${attributes}></activity-timeline>
    </main>
    <script type="module">
      const timeline = document.querySelector("activity-timeline");
      timeline.api = ${api === undefined ? "location.origin" : JSON.stringify(api)};
      ${script}
      timeline.token ??= ${JSON.stringify(token)};
    </script>
  </body>
</html>`;
}
