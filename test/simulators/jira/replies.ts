import type { SimulatedAnswer } from '../kit/simulator.ts';

export function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

export function refusal(status: number, message: string): SimulatedAnswer {
  return { status, body: { errorMessages: [message], errors: {} } };
}
