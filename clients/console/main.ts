import { isPortalPath } from "./app/portal-path.ts";
import { startConsole } from "./app/start-console.ts";

if (isPortalPath(location.pathname)) await (await import("./portal/start-portal.ts")).startPortal();
else await startConsole();
