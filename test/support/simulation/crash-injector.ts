/** Thrown by all ports of a function that has crashed. */
export class InjectedCrash extends Error {}

/**
 * Creates a crash injector for one invocation: any call of a port may crash it, before or after the call has had its
 * effect. All later calls throw `InjectedCrash`.
 */
export function createCrashInjector(random: () => number, crashProbability: number) {
  let hasCrashed = false;
  const mayCrash = () => {
    if (!hasCrashed && random() < crashProbability) hasCrashed = true;
    if (hasCrashed) throw new InjectedCrash();
  };
  return {
    /** Returns the port with crash injection. */
    wrap<T extends object>(port: T): T {
      return new Proxy(port, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return async (...args: unknown[]) => {
            mayCrash();
            const result: unknown = await Reflect.apply(method, target, args);
            mayCrash();
            return result;
          };
        },
      });
    },
    get hasCrashed() {
      return hasCrashed;
    },
  };
}
