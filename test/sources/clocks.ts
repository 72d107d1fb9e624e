import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { HttpClock } from '@fumikura/http';

/** Beside the real time, time passes when somebody sleeps, and then at once. */
export function quickClock(): HttpClock {
  let slept = 0;
  return {
    now: () => Date.now() + slept,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept += ms;
      await turn();
    },
  };
}

export const realClock: HttpClock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
