/**
 * What a server was given so long before it answered a question is on its way: longer than a server that
 * is alive takes for it. In milliseconds.
 */
export const onTheWayMs = 250;
