import type { Grant, Grantee, GraphWorld, SimulatedDrive, SimulatedItem, SimulatedSite } from './world.ts';
import { lineOf, siteUrl } from './world.ts';

const STARTED = '2026-01-05T08:00:00Z';

export function siteAnswer(site: SimulatedSite) {
  return {
    id: site.id,
    displayName: site.name,
    name: site.path.split('/').at(-1),
    webUrl: siteUrl(site),
    isPersonalSite: false,
  };
}

export function itemAnswer(drive: SimulatedDrive, item: SimulatedItem) {
  const isRoot = item.parent === undefined;
  return {
    id: item.id,
    name: item.name,
    size: Buffer.byteLength(item.content),
    webUrl: `${drive.url}/${encodeURIComponent(item.name)}`,
    eTag: `"{${item.id}},${item.version}"`,
    cTag: `"c:{${item.id}},${item.version}"`,
    createdDateTime: STARTED,
    lastModifiedDateTime: new Date(Date.parse(STARTED) + item.changedAt * 60_000).toISOString(),
    createdBy: { user: { displayName: 'MOD Administrator' } },
    ...(isRoot ? { root: {} } : { parentReference: { driveId: drive.id, id: item.parent } }),
    ...kindOf(item),
  };
}

function kindOf(item: SimulatedItem) {
  if (item.isFolder) return { folder: { childCount: 0 } };
  if (item.isNotebook) return { package: { type: 'oneNote' } };
  const hash = Buffer.from(item.content).toString('base64').slice(0, 27);
  return { file: { mimeType: 'text/plain', hashes: { quickXorHash: `${hash}${item.content.length}=` } } };
}

/** The effective grants, as for an item: those of the nearest level with its own. */
export function permissionsAnswer(
  world: GraphWorld,
  site: SimulatedSite,
  drive: SimulatedDrive,
  item: SimulatedItem,
) {
  const line = lineOf(drive, item);
  const own = line.find(({ grants }) => grants !== undefined);
  const root = line.at(-1) ?? item;
  const origin = own ?? root;
  const grants = own?.grants ?? drive.grants ?? site.grants;
  return grants.map((grant, index) => ({
    ...grantAnswer(world, grant, `${origin.id}-${index}`),
    ...(origin !== item && { inheritedFrom: { driveId: drive.id, id: origin.id } }),
  }));
}

function grantAnswer(world: GraphWorld, grant: Grant, id: string) {
  if (grant.kind === 'role')
    return { id, roles: [grant.role], grantedToV2: granteeAnswer(world, grant.grantee) };
  return {
    id,
    roles: ['read'],
    hasPassword: grant.hasPassword ?? false,
    ...(grant.expires && { expirationDateTime: grant.expires }),
    link: { scope: grant.scope, type: 'view', webUrl: 'https://contoso.sharepoint.com/:t:/s/link' },
    grantedToIdentitiesV2: grant.users.map((user) => granteeAnswer(world, { to: 'user', id: user })),
  };
}

function granteeAnswer(world: GraphWorld, grantee: Grantee) {
  switch (grantee.to) {
    case 'user': {
      const { name = '', upn = '' } = world.users.get(grantee.id) ?? {};
      return {
        user: { id: grantee.id, displayName: name },
        siteUser: { id: '11', displayName: name, loginName: `i:0#.f|membership|${upn}` },
      };
    }
    case 'group': {
      const name = world.groups.get(grantee.id)?.name ?? '';
      return {
        group: { id: grantee.id, displayName: name },
        siteUser: { id: '12', displayName: name, loginName: `c:0t.c|tenant|${grantee.id}` },
      };
    }
    case 'siteGroup':
      return {
        siteGroup: { id: grantee.id, displayName: `Group ${grantee.id}`, loginName: `Group ${grantee.id}` },
      };
    case 'everyone':
      return { siteUser: { id: '4', displayName: 'Everyone', loginName: 'c:0(.s|true' } };
    case 'everyoneExceptExternal': {
      const loginName = `c:0-.f|rolemanager|spo-grid-all-users/${world.tenant}`;
      return { siteUser: { id: '5', displayName: 'Everyone except external users', loginName } };
    }
  }
}
