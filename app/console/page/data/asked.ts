import { useCallback, useEffect, useState } from "react";
import { type Answer, ask, type RequestFailed } from "./api.ts";

/** An answer that a view waits for, has, or did not get. What it had stays until there is a new one. */
export interface Asked<T> {
  readonly answer: Answer<T> | undefined;
  readonly failure: RequestFailed | undefined;
  readonly waits: boolean;
  readonly again: () => void;
}

/**
 * Asks whenever the path changes, and when it is told to.
 *
 * @param question sent along: for what is asked by POST and changes nothing.
 */
export function useAsked<T>(path: string, question?: unknown): Asked<T> {
  const json = question === undefined ? undefined : JSON.stringify(question);
  const key = `${path} ${json}`;
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    key: string;
    answer?: Answer<T>;
    failure?: RequestFailed;
    waits: boolean;
  }>({ key, waits: true });
  useEffect(() => {
    const ended = new AbortController();
    setState((before) => ({ ...(before.key === key && before), key, waits: true }));
    const method = json === undefined ? "GET" : "POST";
    ask<T>(path, { method, json, signal: ended.signal }).then(
      (answer) => setState({ key, answer, waits: false }),
      (error: unknown) => {
        if (ended.signal.aborted) return;
        const failure = error as RequestFailed;
        setState((before) => ({ ...before, failure, waits: false }));
      },
    );
    return () => ended.abort();
  }, [path, json, key, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const { answer, failure, waits } = state.key === key ? state : { waits: true };
  return { answer, failure, waits, again };
}
