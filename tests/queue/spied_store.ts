import type { TaskStore } from "../../src/queue/port.ts";

/** The store, with each call told before it is made. */
export function spied(store: TaskStore, told: (name: keyof TaskStore, argument: unknown) => void): TaskStore {
  return intercepted(store, (name, call, args) => {
    told(name, args[0]);
    return call();
  });
}

/** The store, with `answer` in the place of every method: `call` does what the method does. */
export function intercepted(
  store: TaskStore,
  answer: (name: keyof TaskStore, call: () => unknown, args: unknown[]) => unknown,
): TaskStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => answer(name as keyof TaskStore, () => value.apply(target, args), args);
    },
  });
}
