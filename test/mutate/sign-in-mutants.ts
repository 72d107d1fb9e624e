import { VERIFY, of } from './mutant.ts';
import type { Mutant } from './mutant.ts';

/** Who is let in. */
export const SIGN_IN_MUTANTS: readonly Mutant[] = [
  ...of('apps/server/src/auth/jwt.ts', VERIFY, [
    ['any type of token', 'requireType(token, settings);', ''],
    ['any audience', 'requireAudience(payload.aud, settings, resource);', ''],
    ['any algorithm', 'algorithms: [...settings.algorithms],', ''],
  ]),
  ...of('apps/server/src/auth/claims.ts', VERIFY, [
    [
      'an unverified address',
      "claims['email_verified'] === true && typeof",
      "claims['email_verified'] !== undefined && typeof",
    ],
    ['an audience that begins alike', 'ours.includes(each)', 'ours.some((own) => own.startsWith(each))'],
  ]),
  ...of('apps/server/src/auth/introspection.ts', VERIFY, [
    ['an inactive token', "claims['active'] !== true", "!claims['active']"],
    [
      'an introspected token of another issuer',
      "if (claims['iss'] !== undefined && claims['iss'] !== settings.issuer)",
      'if (false as boolean)',
    ],
  ]),
  ...of('apps/server/src/auth/verifier.ts', VERIFY, [
    ['a verdict for every resource', 'update(`${resource}\\n${token}`)', 'update(token)'],
    ['a verdict for ever', 'if (hit && now() < hit.until) return', 'if (hit) return'],
  ]),
  ...of(
    'apps/server/src/auth/dpop.ts',
    ['apps/server/src/auth/dpop.test.ts'],
    [
      ['a proof of any key', "throw invalidToken('the proof is of another key');", ''],
      ['a proof for any request', 'if (htm !== request.method || htu !== url)', 'if (false as boolean)'],
      [
        'a proof for any token',
        "if (ath !== createHash('sha256').update(token).digest('base64url'))",
        'if (false as boolean)',
      ],
      ['a proof that is used again', 'if ((seen.get(id) ?? 0) > now())', 'if (false as boolean)'],
    ],
  ),
  ...of(
    'apps/server/src/auth/gate.ts',
    ['apps/server/src/auth/dpop.test.ts'],
    [
      [
        'a bound token as a bearer',
        "if (!isProven) throw invalidToken('the token is bound to a key, and the request does not prove it');",
        'if (!isProven) return;',
      ],
    ],
  ),
  ...of(
    'libs/scim/src/scim.ts',
    ['libs/scim/src/scim.test.ts'],
    [
      [
        'people told of by anybody',
        'if (token === undefined || !timingSafeEqual(digest(token), expected)) {',
        'if (token === undefined) {',
      ],
    ],
  ),
  ...of(
    'apps/server/src/client-address.ts',
    ['apps/server/src/client-address.test.ts'],
    [
      ['anybody is believed', 'hops.length > 0 && isTrusted(address)', 'hops.length > 0'],
      ['what is no address is believed', 'if (isIP(next) === 0) break;', ''],
    ],
  ),
];
