/** What a function that was killed throws at whatever it waits for. */
export class Killed extends Error {}

/**
 * One life of a function: at any call it may be killed, before the call does its work or after; then nothing it calls
 * works any more.
 */
export function newLife(random: () => number, deadliness: number) {
  let dead = false;
  const step = () => {
    if (!dead && random() < deadliness) dead = true;
    if (dead) throw new Killed();
  };
  return {
    /** The same port, for as long as the life lasts. */
    mortal<T extends object>(port: T): T {
      return new Proxy(port, {
        get(target, name) {
          const verb: unknown = Reflect.get(target, name);
          if (typeof verb !== "function") return verb;
          return async (...args: unknown[]) => {
            step();
            const answer: unknown = await Reflect.apply(verb, target, args);
            step();
            return answer;
          };
        },
      });
    },
    get isDead() {
      return dead;
    },
  };
}
