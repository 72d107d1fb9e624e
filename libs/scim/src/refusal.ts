/** `scimType` of RFC 7644, 3.12. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

/** What a client did wrong, in the protocol's own form. */
export class ScimRefusal extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.name = 'ScimRefusal';
    this.status = status;
    this.scimType = scimType;
  }
}

export function badRequest(scimType: ScimType, detail: string): ScimRefusal {
  return new ScimRefusal(400, detail, scimType);
}

/** 404 for what is not there. */
export function notFound(id: string): ScimRefusal {
  return new ScimRefusal(404, `Resource ${id.slice(0, 100)} not found`);
}
