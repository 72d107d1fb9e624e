import type { Config, Schedules } from '@fumikura/config';
import type { Connector } from '@fumikura/ports';
import { parseQuietHours, parseSchedule } from '@fumikura/scheduling';
import type { ScheduledSource } from '@fumikura/worker';

const DEFAULTS = { content: '30m', permissions: '1h', directory: '1h', census: '1d' } as const;
/** A source that tells of changes is asked now and then all the same. */
const WATCHED = { ...DEFAULTS, content: '1d' } as const;

/** The clocks of a source: its own, else those of the configuration, else the defaults. */
export function scheduledSource(config: Config, connector: Connector): ScheduledSource {
  const own = config.sources.find(({ id }) => id === connector.id)?.schedules;
  const defaults = connector.watch ? WATCHED : DEFAULTS;
  const schedules: Schedules = { ...config.schedules, ...own };
  const { quiet, timeZone } = schedules;
  const zone = timeZone === undefined ? {} : { timeZone };
  // One number for the life of the process: a time that was told stays the one that comes.
  const lateness = Math.random();
  const of = (name: keyof typeof DEFAULTS) =>
    parseSchedule(schedules[name] ?? defaults[name], zone, () => lateness);
  return {
    connector,
    schedules: {
      content: of('content'),
      access: of('permissions'),
      directory: of('directory'),
      census: of('census'),
    },
    ...(quiet !== undefined && { quiet: parseQuietHours(quiet, timeZone) }),
  };
}
