/** People, channels and messages of a few workspaces, as Slack keeps them. */

export interface SlackUser {
  readonly id: string;
  /** Where the account was made. */
  readonly team: string;
  /** That one, and others of the same organization. */
  readonly teams: readonly string[];
  name: string;
  locale: string;
  deleted: boolean;
  readonly isBot: boolean;
  /** Guest of several channels, or of one. */
  guest: 'no' | 'multi' | 'single';
  email?: string;
  isEmailConfirmed: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly team: string;
  readonly kind: 'channel' | 'private' | 'im';
  readonly members: Set<string>;
  isArchived: boolean;
  /** Open to all workspaces of the organization. */
  isEverywhere?: boolean;
  /** Teams beside its own, in a shared channel. */
  readonly otherTeams: Set<string>;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  text: string;
  blocks: readonly unknown[];
  readonly threadTs?: string;
  /** Seen by one person alone, and gone when they reload. */
  readonly onlyFor?: string;
  isStreaming: boolean;
  isDeleted: boolean;
  readonly metadata?: unknown;
  readonly unfurls: Record<string, unknown>;
}

export interface Installation {
  /** Of the workspace, or of the organization. */
  readonly team: string;
  /** Of an organization's installation: the workspaces that it gave the app to. */
  readonly granted?: Set<string>;
  botToken: string;
  formerToken?: string;
  refreshToken?: string;
  /** Of somebody who has just allowed the app. */
  code?: string;
  readonly botUser: string;
  readonly scopes: Set<string>;
  state: 'installed' | 'revoked' | 'uninstalled';
}

export interface SlackView {
  readonly user: string;
  readonly view: Readonly<Record<string, unknown>>;
}

export class SlackWorld {
  readonly users = new Map<string, SlackUser>();
  readonly channels = new Map<string, SlackChannel>();
  readonly messages: SlackMessage[] = [];
  readonly installations = new Map<string, Installation>();
  /** Workspace → organization, in Enterprise Grid. */
  readonly enterprises = new Map<string, string>();
  readonly homes = new Map<string, SlackView>();
  readonly modals: SlackView[] = [];
  /** What somebody pressed opens a view for so long. */
  triggersLastMs = 3_000;
  /** By channel and thread: what the assistant says it is doing. */
  readonly statuses: { readonly channel: string; readonly threadTs: string; readonly status: string }[] = [];
  /** Of tokens that are changed for their next ones. */
  tokensHoldSeconds = 43_200;
  #clock = 1_780_000_000;
  #sequence = 0;

  install(team: string, scopes: readonly string[], botToken = `xoxb-${team}`): Installation {
    const botUser = `UBOT${team}`;
    this.addUser(botUser, team, { isBot: true, name: 'Fumikura' });
    const installation: Installation = {
      team,
      botToken,
      botUser,
      scopes: new Set(scopes),
      state: 'installed',
    };
    this.installations.set(team, installation);
    return installation;
  }

  /** For the whole organization; workspaces are given the app by `granted`. */
  installOrganization(
    enterprise: string,
    scopes: readonly string[],
    granted: readonly string[],
  ): Installation {
    const botUser = `WBOT${enterprise}`;
    this.addUser(botUser, enterprise, { isBot: true, name: 'Fumikura' });
    const installation: Installation = {
      ...{ team: enterprise, botToken: `xoxb-${enterprise}`, botUser },
      ...{ scopes: new Set(scopes), state: 'installed' as const, granted: new Set(granted) },
    };
    this.installations.set(enterprise, installation);
    return installation;
  }

  addUser(id: string, team: string, facts: Partial<Omit<SlackUser, 'id' | 'team'>> = {}): SlackUser {
    const user = {
      ...{ id, team, teams: [team], name: id, locale: 'en-US', deleted: false, isBot: false },
      ...{ guest: 'no' as const, isEmailConfirmed: true },
      ...facts,
    };
    this.users.set(id, user);
    return user;
  }

  addChannel(
    id: string,
    team: string,
    members: readonly string[],
    kind: SlackChannel['kind'] = 'channel',
  ): SlackChannel {
    const others = members.flatMap((member) => this.users.get(member) ?? []);
    const otherTeams = new Set(
      others.filter((user) => !user.isBot && !user.teams.includes(team)).map((user) => user.team),
    );
    const channel = { id, team, kind, members: new Set(members), isArchived: false, otherTeams };
    this.channels.set(id, channel);
    return channel;
  }

  /** The conversation of somebody with the app. */
  direct(user: string): SlackChannel {
    const id = `D${user}`;
    const { team } = this.user(user);
    return this.channels.get(id) ?? this.addChannel(id, team, [user, this.installation(team).botUser], 'im');
  }

  user(id: string): SlackUser {
    const user = this.users.get(id);
    if (!user) throw new Error(`no user ${id}`);
    return user;
  }

  installation(team: string): Installation {
    const installation =
      this.installations.get(team) ?? this.installations.get(this.enterprises.get(team) ?? '');
    if (!installation) throw new Error(`not installed in ${team}`);
    return installation;
  }

  nextTs(): string {
    return `${this.#clock++}.${String(++this.#sequence).padStart(6, '0')}`;
  }

  say(
    message: Omit<SlackMessage, 'ts' | 'isStreaming' | 'isDeleted' | 'unfurls' | 'blocks'> &
      Partial<SlackMessage>,
  ): SlackMessage {
    const said = {
      ...{ ts: this.nextTs(), blocks: [], isStreaming: false, isDeleted: false, unfurls: {} },
      ...message,
    };
    this.messages.push(said);
    return said;
  }

  message(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.find((each) => each.channel === channel && each.ts === ts && !each.onlyFor);
  }

  /** What somebody has on the screen: whatever is in their channels, what is theirs alone, their own home and dialogs. */
  seenBy(user: string): readonly SlackMessage[] {
    return this.messages.filter(
      ({ channel, onlyFor, isDeleted }) =>
        !isDeleted &&
        (this.channels.get(channel)?.members.has(user) ?? false) &&
        (onlyFor === undefined || onlyFor === user),
    );
  }
}
