/** Runs a few tasks at a time; those of one person one after the other, and everybody in turn. */
export interface FairQueue {
  run<T>(person: string, task: () => Promise<T>): Promise<T>;
  /** Tasks that have not begun. */
  readonly waiting: number;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

export function createFairQueue(atOnce: number): FairQueue {
  /** In the order of their next turn; somebody whose task runs is not among them. */
  const lines = new Map<string, (() => Promise<void>)[]>();
  const busy = new Set<string>();
  let idlers: (() => void)[] = [];
  const isIdle = () => busy.size === 0 && lines.size === 0;
  const next = (): void => {
    for (const [person, line] of lines) {
      if (busy.size >= atOnce) return;
      if (busy.has(person)) continue;
      const task = line.shift();
      // To the end of the round, so that a person with many questions does not hold up the others.
      lines.delete(person);
      if (line.length > 0) lines.set(person, line);
      if (!task) continue;
      busy.add(person);
      void task().finally(() => {
        busy.delete(person);
        next();
        if (isIdle()) for (const settle of idlers.splice(0)) settle();
      });
    }
  };
  return {
    run: (person, task) =>
      new Promise((resolve, reject) => {
        const line = lines.get(person) ?? [];
        line.push(() => task().then(resolve, reject));
        lines.set(person, line);
        next();
      }),
    get waiting() {
      return [...lines.values()].reduce((sum, line) => sum + line.length, 0);
    },
    idle: () =>
      isIdle() ? Promise.resolve() : new Promise((resolve) => void (idlers = [...idlers, resolve])),
  };
}
