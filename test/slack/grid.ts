import { createLinks, keptWorkspaces } from '@fumikura/slack-bot';
import type { KeptWorkspaces } from '@fumikura/slack-bot';
import { CLIENT } from '../simulators/slack/server.ts';
import { openSetting, SCOPES } from './setting.ts';
import type { InstallParts, Mode, Setting, SettingOptions } from './setting.ts';

export const ENTERPRISE = 'E1A000001';
/** Workspaces of it; the app was not given to the last one. */
export const [TOKYO, OSAKA, KYOTO] = ['T1TOKYO001', 'T1OSAKA001', 'T1KYOTO001'] as const;
/** Of another organization. */
export const [OTHER_ENTERPRISE, FOREIGN] = ['E2B000001', 'T2B000001'] as const;
/** Ada has one account in both workspaces, the others are in the one that they are called by. */
export const [ADA, KEN, AOI, RIN, EVE] = [
  ...['WADA0000001', 'WKEN0000001', 'WAOI0000001', 'WRIN0000001', 'WEVE0000001'],
] as const;
/** Of Tokyo alone, of Osaka alone, and of both. */
export const [IN_TOKYO, IN_OSAKA, IN_BOTH] = ['C1TOKYO001', 'C1OSAKA001', 'C1BOTH0001'] as const;
const REDIRECT = 'https://fumi.example/installed';
const KEY = Buffer.alloc(32, 1);

export interface Grid extends Setting {
  readonly workspaces: KeptWorkspaces;
  /** Links an account as a person does, who is called as the account. */
  link(user: string): Promise<void>;
}

/** An organization of three workspaces, which gave the app to two of them. */
export async function openGrid(mode: Mode, options: SettingOptions): Promise<Grid> {
  let workspaces: KeptWorkspaces | undefined;
  const setting = await openSetting(mode, {
    ...{ linked: () => false, ...options },
    install: async (parts) => (workspaces = await installGrid(parts)),
  });
  if (!workspaces) throw new Error('nothing was installed');
  populate(setting);
  const links = createLinks(setting.state);
  return {
    ...{ ...setting, workspaces },
    link: async (user) => {
      const code = await links.createCode({ issuer: 'local', subject: user });
      await setting.people.direct(user, `link ${code}`);
      await setting.settled();
    },
  };
}

async function installGrid({ world, server, state }: InstallParts): Promise<KeptWorkspaces> {
  for (const team of [TOKYO, OSAKA, KYOTO]) world.enterprises.set(team, ENTERPRISE);
  world.enterprises.set(FOREIGN, OTHER_ENTERPRISE);
  world.installOrganization(ENTERPRISE, SCOPES, [TOKYO, OSAKA]).code = 'code';
  const workspaces = reopened({ state, server });
  await workspaces.add('code', REDIRECT);
  return workspaces;
}

/** As another process sees them. */
export function reopened({ state, server }: Pick<InstallParts, 'state' | 'server'>): KeptWorkspaces {
  return keptWorkspaces({ state, key: KEY, client: CLIENT, apiUrl: server.apiUrl });
}

function populate({ world }: Setting): void {
  world.addUser(ADA, TOKYO, { teams: [TOKYO, OSAKA] });
  world.addUser(KEN, TOKYO);
  world.addUser(AOI, OSAKA);
  world.addUser(RIN, KYOTO);
  world.addUser(EVE, FOREIGN);
  const { botUser } = world.installation(ENTERPRISE);
  world.addChannel(IN_TOKYO, TOKYO, [ADA, KEN, botUser], 'private');
  world.addChannel(IN_OSAKA, OSAKA, [ADA, AOI, botUser], 'private');
  world.addChannel(IN_BOTH, TOKYO, [ADA, KEN, AOI, botUser]);
}
