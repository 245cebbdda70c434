/** HTML that is safe to put in a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type MarkupValue = Markup | readonly Markup[] | string | number | null;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A template whose values are escaped unless they are `Markup`; null is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let text = strings[0] ?? "";
  for (const [i, value] of values.entries()) text += textOf(value) + strings[i + 1]!;
  return new Markup(text);
}

function textOf(value: MarkupValue): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return value.map((item) => item.text).join("");
}

/**
 * JSON for a `<script type="application/json">`: without `<` no text in it can close the element or open a comment.
 * NaN and infinities become null.
 */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/</g, "\\u003c"));
}

/** Source for a `<script>` of ours or of a chart library: any `</script` and `<!--` in it is broken up. */
export function scriptSource(source: string): Markup {
  return new Markup(source.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--"));
}
