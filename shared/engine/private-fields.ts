const known = new WeakMap<object, string | null>();

/**
 * The first private field (`#count`) that a class or one it extends declares for its instances, or null. Nothing can
 * see or restore such a field from outside, so it is looked for in the text of the class; methods and statics are not
 * meant.
 */
export function privateFieldOf(made: object): string | null {
  const found = known.get(made);
  if (found !== undefined) return found;
  const base: unknown = Object.getPrototypeOf(made);
  const own = typeof made === "function" ? declaredIn(String(made)) : null;
  const field = own ?? (typeof base === "function" && base !== Function.prototype ? privateFieldOf(base) : null);
  known.set(made, field);
  return field;
}

/** Comments, line ends, texts, names with their #, and single characters. */
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?\*\/|\n|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|#?[\p{ID_Start}$_][\p{ID_Continue}$]*|\S/uy;
const EXPRESSION = /(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y;
const TEMPLATE = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y;
/** After these a slash begins a regular expression, and a line end does not end a member of a class. */
const GOES_ON = /^(?:[=+\-*/%&|^!~<>?:,.(]|\[|return|typeof|case|in|of|void|delete|instanceof|static)$/;

function declaredIn(source: string): string | null {
  const open: string[] = [];
  let before = "";
  let newLine = false;
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? "";
    at += text.length;
    return text;
  };
  const template = (): void => {
    if (take(TEMPLATE).endsWith("{")) open.push("${");
  };
  while (at < source.length) {
    const token = take(TOKEN);
    if (token === "" || /^(?:\s|\/[/*])/.test(token)) {
      if (token === "") at++;
      else if (token.includes("\n")) newLine = true;
      continue;
    }
    const begins = before === "{" || before === ";" || before === "}" || (newLine && !GOES_ON.test(before));
    if (token.length > 1 && token.startsWith("#") && open.length === 1 && begins && !/\s*\(/y.test(source.slice(at))) {
      return token;
    }
    if (token === "`") template();
    else if (token === "/" && (GOES_ON.test(before) || /^[{};]?$/.test(before))) take(EXPRESSION);
    else if (/^[{([]$/.test(token)) open.push(token);
    else if (/^[})\]]$/.test(token) && open.pop() === "${") template();
    before = token;
    newLine = false;
  }
  return null;
}
