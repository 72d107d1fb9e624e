import type { ServerResponse } from 'node:http';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';

/** A server that this one depends on. */
export interface Dependency {
  readonly name: string;
  /** Without it nothing can be answered; without another one, some things still can. */
  readonly isRequired: boolean;
  /** Rejects when it is away or refuses. */
  check(): Promise<unknown>;
}

export interface HealthOptions {
  readonly dependencies: readonly Dependency[];
  readonly logger: Logger;
  /** A dependency that has not answered for so long counts as down, ms; default 2,000. */
  readonly timeoutMs?: number;
  /** An answer counts for so long, ms; default 500: several balancers ask at once. */
  readonly keepMs?: number;
}

export type HealthState = 'starting' | 'ready' | 'degraded' | 'unavailable' | 'draining';

/** As `/health/ready` says it: `unavailable` and `degraded` are a dependency's trouble, the others our own affair. */
export interface HealthReport {
  readonly status: HealthState;
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

const TIMEOUT_MS = 2_000;
const KEEP_MS = 500;

/**
 * What orchestrators and balancers ask. Live: this process turns; restarting it mends nothing else. Ready: it should get
 * requests. Startup: it has come up.
 */
export class Health {
  readonly #options: HealthOptions;
  #isStarted = false;
  #isDraining = false;
  #asked: Promise<HealthReport> | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  started(): void {
    this.#isStarted = true;
  }

  draining(): void {
    this.#isDraining = true;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  async report(): Promise<HealthReport> {
    this.#asked ??= this.#ask();
    const { status, dependencies } = await this.#asked;
    if (this.#isDraining) return { status: 'draining', dependencies };
    return { status: this.#isStarted ? status : 'starting', dependencies };
  }

  /** @returns false for a path that is none of these; answers otherwise */
  async answer(path: string, response: ServerResponse): Promise<boolean> {
    switch (path) {
      case '/healthz':
      case '/health/live':
        send(response, 200, { status: 'live' });
        return true;
      case '/health/startup':
        send(response, this.#isStarted ? 200 : 503, { status: this.#isStarted ? 'started' : 'starting' });
        return true;
      case '/readyz':
      case '/health/ready': {
        const report = await this.report();
        send(response, ['ready', 'degraded'].includes(report.status) ? 200 : 503, report);
        return true;
      }
      default:
        return false;
    }
  }

  async #ask(): Promise<HealthReport> {
    const { dependencies, keepMs = KEEP_MS } = this.#options;
    const found = await Promise.all(
      dependencies.map(async (each) => ({ ...each, isUp: await this.#isUp(each) })),
    );
    setTimeout(() => (this.#asked = undefined), keepMs).unref();
    const down = found.filter(({ isUp }) => !isUp);
    return {
      status: down.length === 0 ? 'ready' : down.some((each) => each.isRequired) ? 'unavailable' : 'degraded',
      dependencies: Object.fromEntries(found.map(({ name, isUp }) => [name, isUp ? 'up' : 'down'])),
    };
  }

  async #isUp({ name, check }: Dependency): Promise<boolean> {
    const { logger, timeoutMs = TIMEOUT_MS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      });
      await Promise.race([check(), late]);
      return true;
    } catch (cause) {
      logger.warn('health.dependency.down', { dependency: name, message: toAppError(cause).message });
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
