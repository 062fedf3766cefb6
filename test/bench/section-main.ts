import process, { argv, stdout } from "node:process";
import type { SectionMessage } from "./section-process.ts";
import { isSection, sections } from "./sections.ts";

const [, , name = "", events] = argv;
if (!isSection(name)) throw new Error(`There is no section '${name}'.`);

// What the functions log is for nobody here, and writing it is no part of what is measured.
stdout.write = () => true;

const say = (message: SectionMessage) => process.send?.(message);
const measures = await sections[name]({ events: Number(events), step: (text) => say({ step: text }) });
say({ measures });
process.disconnect?.();
