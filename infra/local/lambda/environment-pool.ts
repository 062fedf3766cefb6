import type { ExecutionEnvironment } from "./execution-environment.ts";

type PoolOptions = {
  start(): ExecutionEnvironment;
  /** Maximum number of environments. */
  readonly limit: number;
  /** Whether requests beyond the limit are refused, as with reserved concurrency, or wait. */
  readonly refusesExcess: boolean;
  /** An environment that was idle for so long is stopped; one stays if environments were warmed. */
  readonly idleMs: number;
  readonly now: () => Date;
};

type Waiter = (environment: ExecutionEnvironment | undefined) => void;

/** The execution environments of one function: as many as its load needs, each for one invocation at a time. */
export class EnvironmentPool {
  readonly #options: PoolOptions;
  readonly #all = new Set<ExecutionEnvironment>();
  /** The last one in is the first one out, so that those in front are idle for longest. */
  readonly #idle: { readonly environment: ExecutionEnvironment; readonly since: number }[] = [];
  readonly #waiting: Waiter[] = [];
  #isStopped = false;
  #isStarting = false;
  #kept = 0;
  #cleanup: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Returns an environment for one invocation, or `undefined` if the request is refused or the pool is stopped. */
  acquire(): Promise<ExecutionEnvironment | undefined> | ExecutionEnvironment | undefined {
    if (this.#isStopped) return undefined;
    for (let free = this.#idle.pop(); free !== undefined; free = this.#idle.pop()) {
      if (free.environment.isAlive()) return free.environment;
      this.#all.delete(free.environment);
    }
    const { limit, refusesExcess } = this.#options;
    const busy = this.size - (this.#isStarting ? 1 : 0);
    if (refusesExcess && busy + this.#waiting.length >= limit) return undefined;
    const { promise, resolve } = Promise.withResolvers<ExecutionEnvironment | undefined>();
    this.#waiting.push(resolve);
    this.#startNext();
    return promise;
  }

  /** Returns an environment after an invocation. */
  release(environment: ExecutionEnvironment): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(environment);
      return;
    }
    this.#idle.push({ environment, since: this.#options.now().getTime() });
    this.#scheduleCleanup();
  }

  /** Stops an environment that cannot run another invocation. */
  async discard(environment: ExecutionEnvironment): Promise<void> {
    this.#all.delete(environment);
    await environment.stop();
    this.#startNext();
  }

  /** Starts environments up to the given number, within the limit, and resolves when they are loaded. */
  async warm(environments: number): Promise<void> {
    this.#kept = Math.min(environments, 1);
    const missing = Math.min(environments, this.#options.limit) - this.size;
    const started = Array.from({ length: Math.max(0, missing) }, () => this.#start());
    await Promise.all(started.map(({ loaded }) => loaded));
    for (const environment of started) this.release(environment);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#cleanup);
    for (const next of this.#waiting.splice(0)) next(undefined);
    await Promise.all([...this.#all].map((environment) => environment.stop()));
  }

  #start(): ExecutionEnvironment {
    const environment = this.#options.start();
    this.#all.add(environment);
    return environment;
  }

  /**
   * Starts an environment for a waiting invocation. One at a time: a start takes a core for as long as a dozen
   * invocations, so a burst of short invocations ends sooner in the environments that exist.
   */
  #startNext(): void {
    const isFull = this.size >= this.#options.limit;
    if (this.#isStopped || this.#isStarting || this.#waiting.length === 0 || isFull) return;
    this.#isStarting = true;
    const environment = this.#start();
    void environment.loaded.then(() => {
      this.#isStarting = false;
      this.release(environment);
      this.#startNext();
    });
  }

  #scheduleCleanup(): void {
    if (this.#isStopped || this.size <= this.#kept) return;
    this.#cleanup ??= setTimeout(() => this.#stopIdle(), this.#options.idleMs).unref();
  }

  #stopIdle(): void {
    this.#cleanup = undefined;
    const { now, idleMs } = this.#options;
    const oldest = now().getTime() - idleMs;
    while (this.size > this.#kept) {
      const [first] = this.#idle;
      if (first === undefined || first.since > oldest) break;
      this.#idle.shift();
      this.#all.delete(first.environment);
      void first.environment.stop();
    }
    if (this.idle > 0) this.#scheduleCleanup();
  }
}
