import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import type { __Name__World } from './world.ts';

/** Answers what the system answers, and is judged by its description: see `specifications` of the kit. */
export function start__Name__Simulator(world: __Name__World): Promise<Simulator> {
  return startSimulator({ answer: (request) => answer(world, request) });
}

function answer(_world: __Name__World, _request: SimulatedRequest): SimulatedAnswer | undefined {
  return undefined;
}
