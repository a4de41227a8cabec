/** What keeps the demo from going on, said in a sentence and with what to do about it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  withinMs: number,
): Promise<T | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || performance.now() > end) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The end of a log, to be shown in a problem. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join('\n  ');
}
