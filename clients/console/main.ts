import { startConsole } from "./app/start-console.ts";

await startConsole();
