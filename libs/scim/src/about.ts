import type { JsonValue } from '@fumikura/model';

const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** What this service can do, as clients ask for it when they are set up (RFC 7643, 5 to 7). */
export function aboutThis(what: string, location: string): JsonValue | undefined {
  switch (what) {
    case 'ServiceProviderConfig':
      return {
        schemas: [`${core}:ServiceProviderConfig`],
        patch: { supported: true },
        bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
        filter: { supported: true, maxResults: 200 },
        changePassword: { supported: false },
        sort: { supported: false },
        etag: { supported: true },
        authenticationSchemes: [
          {
            type: 'oauthbearertoken',
            name: 'Bearer token',
            description: 'The token of the configuration.',
            primary: true,
          },
        ],
        meta: { resourceType: 'ServiceProviderConfig', location: `${location}/ServiceProviderConfig` },
      };
    case 'ResourceTypes':
      return listed([resourceType('User', location), resourceType('Group', location)]);
    case 'Schemas':
      return listed([schema('User', USER), schema('Group', GROUP)]);
    default:
      return undefined;
  }
}

function listed(resources: JsonValue[]): JsonValue {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function resourceType(name: 'User' | 'Group', location: string): JsonValue {
  return {
    schemas: [`${core}:ResourceType`],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema: `${core}:${name}`,
    meta: { resourceType: 'ResourceType', location: `${location}/ResourceTypes/${name}` },
  };
}

const USER = ['userName!', 'externalId', 'displayName', 'active?', 'name{}', 'emails[]', 'groups[]'];
const GROUP = ['displayName!', 'externalId', 'members[]'];

/** `!` required, `?` boolean, `{}` complex, `[]` a list of complex ones. */
function schema(name: 'User' | 'Group', attributes: readonly string[]): JsonValue {
  return {
    schemas: [`${core}:Schema`],
    id: `${core}:${name}`,
    name,
    attributes: attributes.map((text) => ({
      name: text.replace(/\W+$/u, ''),
      type: /\{\}|\[\]/u.test(text) ? 'complex' : text.endsWith('?') ? 'boolean' : 'string',
      multiValued: text.endsWith('[]'),
      required: text.endsWith('!'),
      caseExact: text === 'externalId',
      mutability: text === 'groups[]' ? 'readOnly' : 'readWrite',
      returned: 'default',
      uniqueness: text === 'userName!' ? 'server' : 'none',
    })),
  };
}
