import { useCallback, useEffect, useState } from "react";
import { type Answer, ask, type RequestFailed } from "./api.ts";

/** An answer that a view waits for, has, or did not get. What it had stays until there is a new one. */
export interface Asked<T> {
  readonly answer: Answer<T> | undefined;
  readonly failure: RequestFailed | undefined;
  readonly waits: boolean;
  readonly again: () => void;
}

/** Asks whenever the path changes, and when it is told to. */
export function useAsked<T>(path: string): Asked<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    path: string;
    answer?: Answer<T>;
    failure?: RequestFailed;
    waits: boolean;
  }>({ path, waits: true });
  useEffect(() => {
    const ended = new AbortController();
    setState((before) => ({ ...(before.path === path && before), path, waits: true }));
    ask<T>(path, { signal: ended.signal }).then(
      (answer) => setState({ path, answer, waits: false }),
      (error: unknown) => {
        if (ended.signal.aborted) return;
        const failure = error as RequestFailed;
        setState((before) => ({ ...before, failure, waits: false }));
      },
    );
    return () => ended.abort();
  }, [path, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const { answer, failure, waits } = state.path === path ? state : { waits: true };
  return { answer, failure, waits, again };
}
