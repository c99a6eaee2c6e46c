/** What comes within that is read together. */
const shortestMs = 20;
const longestMs = 100;
/** Of the silence so far. */
const share = 0.01;

/**
 * How long to wait before it is asked again whether something came: each question wakes this process and
 * two servers. So what comes after a silence is found later by a hundredth of it, or by 100 ms.
 */
export const pollPauseMs = (silentMs: number): number =>
  Math.min(longestMs, Math.max(shortestMs, silentMs * share));
