/** Text that a server sent, made fit for one line of a log: printable characters only, and not too many. */
const LONGEST = 200;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** `longest`: in UTF-16 units. */
export function printable(text: string, longest: number = LONGEST): string {
  const cut = text.slice(0, longest).replace(UNSAFE, ' ').trim();
  return text.length > longest ? `${cut}…` : cut;
}
