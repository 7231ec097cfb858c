import { useSyncExternalStore } from "react";

/** A value outside of React that components can watch. */
export interface Store<Value> {
  get: () => Value;
  /** Equal values (`Object.is`) wake nobody. */
  set: (next: Value) => void;
  update: (change: (value: Value) => Value) => void;
  /** Answers the function that ends the subscription. */
  subscribe: (listener: () => void) => () => void;
}

export function createStore<Value>(initial: Value): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: Value) => {
    if (Object.is(value, next)) return;
    value = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Watches a part; `select` must answer the same reference for the same value. */
export function useSelected<Value, Part>(store: Store<Value>, select: (value: Value) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
