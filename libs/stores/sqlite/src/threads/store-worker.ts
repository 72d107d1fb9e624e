import { parentPort, workerData } from 'node:worker_threads';
import { StoreCore } from '../store-core.ts';
import { OPERATIONS } from './operations.ts';
import { carry, perform } from './protocol.ts';
import type { Call, CarriedError, Reply, WorkerData } from './protocol.ts';

/** How long the writer is idle before it does a step of upkeep, ms. */
const IDLE_MS = 50;

const { options } = workerData as WorkerData;
let core: StoreCore | undefined;
let failure: CarriedError | undefined;
let upkeep: NodeJS.Timeout | undefined;

try {
  core = new StoreCore(options);
} catch (error) {
  failure = carry(error);
}

parentPort?.on('message', (call: Call | 'close') => {
  if (call === 'close') {
    clearTimeout(upkeep);
    core?.close();
    parentPort?.close();
    return;
  }
  reply(answer(call));
  if (call.name === 'commit' || call.name === 'writeIndex') scheduleUpkeep();
});

function answer(call: Call): Reply {
  const { id } = call;
  if (!core) return { id, error: failure ?? carry(new Error('store did not open')) };
  try {
    return { id, value: perform(OPERATIONS, core, call) };
  } catch (error) {
    return { id, error: carry(error) };
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}

/** Between calls: each step is short, so that a write never waits long behind it. */
function scheduleUpkeep(): void {
  clearTimeout(upkeep);
  upkeep = setTimeout(() => {
    const step = answer({ id: -1, name: 'maintainStep', args: [], stop: new Int32Array(1) });
    if ('value' in step && step.value === true) scheduleUpkeep();
  }, IDLE_MS);
  upkeep.unref();
}
