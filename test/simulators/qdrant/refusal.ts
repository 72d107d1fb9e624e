/** What the server answers instead of a result. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the stand-in does not imitate; never answered approximately. */
export class LeftOut extends Refusal {
  constructor(what: string) {
    super(501, `the stand-in leaves out: ${what}`);
  }
}

/** Refused before anything is changed, in words that are not imitated. */
export class Unreadable extends LeftOut {}

export const wrongInput = (message: string) => new Refusal(400, `Wrong input: ${message}`);
export const badRequest = (message: string) => new Refusal(400, `Bad request: ${message}`);
export const badFormat = (message: string) => new Refusal(400, `Format error in JSON body: ${message}`);
export const invalid = (message: string) => new Refusal(422, `Validation error in JSON body: [${message}]`);
export const notFound = (message: string) => new Refusal(404, `Not found: ${message}`);
