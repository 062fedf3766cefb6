/** HTML that is safe to send. Only `html` creates it. */
export type Html = { readonly html: string };

/** Builds HTML. Texts are escaped, whatever they contain; HTML stays as it is, and lists of it are joined. */
export function html(literals: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return { html: String.raw({ raw: literals }, ...values.map(toMarkup)) };
}

function toMarkup(value: string | Html | readonly Html[]): string {
  if (typeof value === "string") return value.replaceAll(/[&<>"']/g, (text) => `&#${text.charCodeAt(0)};`);
  return "html" in value ? value.html : value.map(toMarkup).join("");
}
