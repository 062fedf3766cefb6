import * as z from "zod";
import { administer } from "../administer.ts";
import { table } from "../table.ts";
import { findTarget } from "../target.ts";
import { defineVerb } from "../verb.ts";

const org = z.object({ org_id: z.string(), name: z.string(), slug: z.nullable(z.string()), created_at: z.string() });

export const orgCreate = defineVerb({
  name: "org create",
  summary: "Makes an organisation known, so that tokens can be issued for it.",
  operands: ["ORG_ID"],
  options: {
    name: { value: "NAME", help: "what people call it; the id when left out" },
    slug: { value: "SLUG", help: "its name in URLs: lower-case letters, digits and dashes" },
  },
  async run({ operand, text }, { cwd }) {
    const target = await findTarget(cwd, text("stack"));
    const [name, slug] = [text("name"), text("slug")];
    const json = await administer(
      target,
      {
        action: "org.create",
        org_id: operand("ORG_ID"),
        ...(name === undefined ? {} : { name }),
        ...(slug === undefined ? {} : { slug }),
      },
      z.object({ org }),
    );
    return { json, text: `Created ${json.org.org_id}. Next: token create --org ${json.org.org_id} --scope SCOPE` };
  },
});

export const orgList = defineVerb({
  name: "org list",
  summary: "Lists the organisations.",
  options: {},
  async run({ text }, { cwd, columns }) {
    const target = await findTarget(cwd, text("stack"));
    const json = await administer(target, { action: "org.list" }, z.object({ orgs: z.array(org) }));
    if (json.orgs.length === 0) return { json, text: "There is no organisation yet: org create ORG_ID makes one." };
    const shape = [
      { title: "ORG", cell: (row: z.infer<typeof org>) => row.org_id },
      { title: "SLUG", cell: (row: z.infer<typeof org>) => row.slug ?? "-" },
      { title: "CREATED", cell: (row: z.infer<typeof org>) => row.created_at.slice(0, 10) },
      { title: "NAME", cell: (row: z.infer<typeof org>) => row.name },
    ];
    return { json, text: table(shape, json.orgs, columns) };
  },
});
