/** A text of at most `most` UTF-16 units: of a longer one the beginning, with an ellipsis where it is cut. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a surrogate pair would not come back from bytes.
  const end = /[\uD800-\uDBFF]/.test(text[most - 2]!) ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}
