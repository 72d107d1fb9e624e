import { addDrive, emptyWorld, guid } from './world.ts';
import type { Grant, GraphWorld, SimulatedDrive, SimulatedSite } from './world.ts';

export const [ADA, BOB] = [guid(1, 1), guid(1, 2)];

const grantToUser = (user: string): Grant => ({
  kind: 'role',
  role: 'read',
  grantee: { to: 'user', id: user },
});

export interface SmallCompany {
  readonly world: GraphWorld;
  readonly site: SimulatedSite;
  readonly drive: SimulatedDrive;
}

/** Ada and Bob, a site, and a library that both may read. */
export function smallCompany(): SmallCompany {
  const world = emptyWorld('contoso.example');
  for (const [id, name] of [
    [ADA, 'ada'],
    [BOB, 'bob'],
  ] as const)
    world.users.set(id, { id, name, upn: `${name}@contoso.example`, isGuest: false, isEnabled: true });
  const site: SimulatedSite = {
    id: `contoso.sharepoint.com,${guid(3, 1)},${guid(4, 1)}`,
    name: 'Company',
    path: '/sites/company',
    grants: [],
    siteGroups: new Map(),
    administrators: new Set(),
    drives: new Map(),
    pages: new Map(),
    lists: new Map(),
  };
  world.sites.set(site.id, site);
  const drive = addDrive(site, 'b!documents', 'Documents');
  drive.grants = [grantToUser(ADA), grantToUser(BOB)];
  return { world, site, drive };
}
