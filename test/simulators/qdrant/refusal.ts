/** What the server answers instead of a result. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, headers?: Readonly<Record<string, string>>) {
    super(message);
    this.status = status;
    this.headers = headers;
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
export const absent = (name: string) => notFound(`Collection \`${name}\` doesn't exist!`);
