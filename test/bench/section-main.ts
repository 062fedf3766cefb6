import process, { argv } from "node:process";
import type { SectionMessage } from "./section-process.ts";
import { isSection, sections } from "./sections.ts";

const [, , name = "", events] = argv;
if (!isSection(name)) throw new Error(`There is no section '${name}'.`);

const say = (message: SectionMessage) => process.send?.(message);
const measures = await sections[name]({ events: Number(events), step: (text) => say({ step: text }) });
say({ measures });
process.disconnect?.();
