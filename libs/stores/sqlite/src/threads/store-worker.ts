import { parentPort, workerData } from 'node:worker_threads';
import { StoreCore } from '../store-core.ts';
import { perform } from './operations.ts';
import { carry, GrantReceiver, OPENING } from './protocol.ts';
import type { Call, Reply, WorkerData } from './protocol.ts';

/** How long the writer is idle before it does a step of upkeep, ms. */
const IDLE_MS = 50;

const { options, isWriter } = workerData as WorkerData;
const grants = new GrantReceiver();
let upkeep: NodeJS.Timeout | undefined;

try {
  serve(new StoreCore(options));
} catch (error) {
  // The thread ends here, and the next call starts another one: what was locked may be free by then.
  const refusal: Reply = { id: OPENING, error: carry(error) };
  parentPort?.postMessage(refusal);
}

function serve(core: StoreCore): void {
  // A process that ended early may have left something to do.
  scheduleUpkeep(core);
  parentPort?.on('message', (call: Call | 'close') => {
    if (call === 'close') {
      clearTimeout(upkeep);
      core.close();
      parentPort?.close();
      return;
    }
    parentPort?.postMessage(answer(core, call));
    scheduleUpkeep(core);
  });
}

function answer(core: StoreCore, { id, name, args, grant, stop }: Call): Reply {
  const received = grant && grants.grant(grant);
  const shouldStop = () => stop !== undefined && Atomics.load(stop, 0) === 1;
  try {
    return { id, value: perform(core, name, args, { grant: received, shouldStop }) };
  } catch (error) {
    return { id, error: carry(error) };
  }
}

/** Between calls: each step is short, so that a write never waits long behind it. */
function scheduleUpkeep(core: StoreCore): void {
  if (!isWriter || options.readOnly) return;
  clearTimeout(upkeep);
  upkeep = setTimeout(() => {
    const step = answer(core, { id: OPENING, name: 'maintainStep', args: [] });
    // A step that failed is tried again after the next call; the call itself will say what is wrong.
    if ('value' in step && step.value === true) scheduleUpkeep(core);
  }, IDLE_MS);
  upkeep.unref();
}
