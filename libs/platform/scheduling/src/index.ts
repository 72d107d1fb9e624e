export { parseQuietHours } from './quiet-hours.ts';
export type { QuietHours } from './quiet-hours.ts';
export { parseSchedule, SCHEDULE_FORMS } from './schedule.ts';
export type { Schedule, ScheduleOptions } from './schedule.ts';
