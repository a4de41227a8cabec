/** Time is always injected, so that tests decide what time it is. All values are milliseconds. */
export interface Clock {
  /** Wall clock, since the Unix epoch. May be set back or forward by anyone. */
  now(): number;
  /** Never goes back; only differences mean something. */
  monotonic(): number;
  /** Runs `task` once after `delay` of monotonic time; the answer cancels it. Never keeps the process alive. */
  after(delay: number, task: () => void): () => void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(delay: number, task: () => void): () => void {
    const due = this.monotonic() + delay;
    let timer: NodeJS.Timeout;
    // Node turns a delay over 2^31 - 1 ms into 1 ms.
    const wait = (): void => {
      const left = due - this.monotonic();
      timer = setTimeout(left > LONGEST_TIMER ? wait : task, Math.min(Math.max(left, 0), LONGEST_TIMER));
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  }
}
