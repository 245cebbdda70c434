const SCIENTIFIC = /^(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal that reads back as the same positive double, without an exponent. */
export function plainNumber(value: number): string {
  const text = String(value);
  const match = SCIENTIFIC.exec(text);
  if (match === null) return text;
  const digits = match[1]! + (match[2] ?? "");
  const exponent = Number(match[3]);
  return exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, "0");
}
