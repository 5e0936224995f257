// One state, changed by pure functions, watched by whoever shows it.

export interface Store<State> {
  get: () => State;
  /** Replaces the state by `change(state)`; watchers hear of it once per task, and only if it differs. */
  change: (change: (state: State) => State) => void;
  watch: (watcher: (state: State) => void) => () => void;
}

export function store<State>(first: State): Store<State> {
  const watchers = new Set<(state: State) => void>();
  let state = first;
  let due = false;
  const tell = () => {
    due = false;
    for (const watcher of watchers) watcher(state);
  };
  return {
    get: () => state,
    change: (change) => {
      const next = change(state);
      if (Object.is(next, state)) return;
      state = next;
      if (!due) queueMicrotask(tell);
      due = true;
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
