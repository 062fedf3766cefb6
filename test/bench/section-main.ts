import process, { argv, stdout } from "node:process";
import type { SectionMessage } from "./section-process.ts";
import { isSection, sections } from "./sections.ts";

const [, , name = "", events] = argv;
if (!isSection(name)) throw new Error(`Unknown section '${name}'.`);

// Discards the logs of the functions: writing them is not part of what is measured.
stdout.write = () => true;

const say = (message: SectionMessage) => process.send?.(message);
const measures = await sections[name]({ events: Number(events), step: (text) => say({ step: text }) });
say({ measures });
process.disconnect?.();
