import type { Logger } from '@fumikura/logging';
import { LogLevel } from '@slack/logger';
import type { Logger as SlackLogger } from '@slack/logger';

/** What Slack's packages say, as ours: without what they would write of messages at their debug level. */
export function bridge(logger: Logger): SlackLogger {
  const said =
    (level: 'info' | 'warn' | 'error') =>
    (...parts: unknown[]) =>
      logger[level]('slack.library', { message: parts.map(String).join(' ').slice(0, 500) });
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: said('warn'),
    error: said('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
