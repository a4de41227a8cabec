/**
 * Makes text from outside safe to print on one line of a log or a terminal: control and format
 * characters (direction marks among them), line separators and broken surrogates become `\u{…}`,
 * and it is cut to a length in UTF-16 units.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function sanitize(text: string, longest = 256): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
