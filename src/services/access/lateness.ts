/** How often it is looked who has how much. */
const EVERY_MS = 500;

/** Looks at intervals, and says how late that is: a busy process is late. */
export function lookOften(look: (lateMs: number) => void): void {
  let due = performance.now() + EVERY_MS;
  setInterval(() => {
    const now = performance.now();
    look(now - due);
    due = now + EVERY_MS;
  }, EVERY_MS).unref();
}
