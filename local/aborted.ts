/** Resolves when it happens, at once when it has happened already: a listener that comes late hears nothing. */
export const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise((done) => signal.addEventListener("abort", done));
};
