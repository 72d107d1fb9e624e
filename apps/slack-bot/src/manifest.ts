/** What the app may do in a workspace, each with what it is for. */
export const SCOPES: Readonly<Record<string, string>> = {
  'app_mentions:read': 'questions in channels',
  'assistant:write': 'the assistant pane: status and suggestions',
  'channels:read': 'who would see a shared answer, in public channels',
  'groups:read': 'the same in private channels',
  'chat:write': 'answers',
  commands: '/fumi and the message shortcut',
  'im:history': 'questions in direct messages',
  'links:read': 'links to documents in messages',
  'links:write': 'their previews',
  'users:read': 'whether an account is active, a guest or of another workspace',
};

/** Only where addresses link people. */
export const EMAIL_SCOPE = 'users:read.email';

const EVENTS = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'assistant_thread_started',
  'link_shared',
  'member_joined_channel',
  'message.im',
  'team_join',
  'tokens_revoked',
  'user_change',
];

/** Only where an organization installs the app for its workspaces. */
const ORGANIZATION_EVENTS = ['team_access_granted', 'team_access_revoked'];

export interface ManifestOptions {
  readonly name: string;
  /** Where Slack delivers to; absent in socket mode. */
  readonly url?: string;
  /** Of links that are previewed, at most five. */
  readonly domains: readonly string[];
  readonly linkByEmail: boolean;
  /** Of several workspaces: where whoever installs the app lands. */
  readonly redirectUrl?: string;
  /** A whole Enterprise Grid may install the app at once; default false. */
  readonly organization?: boolean;
}

export function scopesFor(linkByEmail: boolean): string[] {
  return [...Object.keys(SCOPES), ...(linkByEmail ? [EMAIL_SCOPE] : [])].sort();
}

/** An app manifest, as https://api.slack.com/apps takes it. */
export function slackManifest({
  name,
  url,
  domains,
  linkByEmail,
  redirectUrl,
  organization = false,
}: ManifestOptions): object {
  const delivered = url === undefined ? {} : { request_url: url };
  return {
    display_information: {
      name,
      description: 'Ask what the company has written, and see only what you may.',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      assistant_view: { assistant_description: 'Finds and answers from the documents that you may read.' },
      bot_user: { display_name: name, always_online: true },
      shortcuts: [
        {
          ...{ name: 'What do we know about this?', type: 'message', callback_id: 'ask' },
          description: 'Asks Fumikura about a message.',
        },
      ],
      slash_commands: [
        {
          ...{ command: '/fumi', description: 'Search, ask, summarize', should_escape: false },
          ...{
            usage_hint: 'search words | ask question | summarize link',
            ...(url !== undefined && { url }),
          },
        },
      ],
      ...(domains.length > 0 && { unfurl_domains: domains.slice(0, 5) }),
    },
    oauth_config: {
      ...(redirectUrl !== undefined && { redirect_urls: [redirectUrl] }),
      scopes: { bot: scopesFor(linkByEmail) },
    },
    settings: {
      event_subscriptions: {
        ...delivered,
        bot_events: [...EVENTS, ...(organization ? ORGANIZATION_EVENTS : [])],
      },
      interactivity: { is_enabled: true, ...delivered },
      org_deploy_enabled: organization,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: redirectUrl !== undefined,
    },
  };
}
