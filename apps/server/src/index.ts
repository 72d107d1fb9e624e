export { startHttpServer } from './http.ts';
export type { HttpServerOptions, RunningServer } from './http.ts';
export { DEFAULT_LOAD_LIMITS, LoadGate } from './limits.ts';
export type { LoadLimits } from './limits.ts';
export { runStdio } from './stdio.ts';
