/** Calls a minute, by the tiers that the reference pages of the methods name; a minute's worth may come at once. */
const TIERS: Readonly<Record<string, number>> = {
  'apps.connections.open': 10,
  'chat.postMessage': 60,
  'chat.postEphemeral': 100,
  'chat.update': 50,
  'chat.delete': 50,
  'chat.unfurl': 50,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'chat.getPermalink': 600,
  'conversations.info': 50,
  'conversations.members': 100,
  'conversations.replies': 50,
  'conversations.open': 50,
  'users.info': 100,
  'views.open': 100,
  'views.publish': 100,
  'oauth.v2.access': 600,
  'auth.test': 600,
  'team.info': 50,
};
const OTHERS = 50;

export interface RateLimits {
  /** Seconds to wait, or 0 when the call is taken. */
  ask(method: string, team: string, channel: string | undefined): number;
}

/** `speed`: how much faster minutes pass than they do at Slack. */
export function createRateLimits(speed: number, now: () => number = () => performance.now()): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    ask: (method, team, channel) => {
      const perMinute = TIERS[method] ?? OTHERS;
      // Messages are counted in their channel, everything else in the workspace.
      const key = method === 'chat.postMessage' ? `${method} ${team} ${channel}` : `${method} ${team}`;
      const bucket = buckets.get(key) ?? { tokens: perMinute, at: now() };
      const perMs = (perMinute / 60_000) * speed;
      bucket.tokens = Math.min(perMinute, bucket.tokens + (now() - bucket.at) * perMs);
      bucket.at = now();
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1_000));
      bucket.tokens--;
      return 0;
    },
  };
}
