export { noteRun } from './job-runner.ts';
export { dueAt, jobsOf, passesOf } from './plan.ts';
export type { ScheduledSource, Work } from './plan.ts';
export { createScheduler } from './scheduler.ts';
export type { Scheduler, SchedulerEvents } from './scheduler.ts';
