export type PublisherErrorCode =
  /** An option of `openPublisher` is wrong. */
  | "invalid-option"
  /** Not one of the forms that a client id, an alert's id or a payload may have. Nothing is kept. */
  | "invalid-alert"
  /** The journal holds as much as it may. Nothing is kept: try again when some of it is confirmed. */
  | "journal-full"
  /** Another process, or another publisher of this one, has it open. */
  | "journal-in-use"
  /** It could not be read or written: see `cause`. What `publish` was asked for is not kept. */
  | "journal-failed"
  /** Lines in its middle do not read. What they held is lost. */
  | "journal-damaged"
  /** No connection, or none that serves. Another one is tried. */
  | "no-connection"
  /** The broker has alerts that nobody confirms. They are sent again. */
  | "unconfirmed"
  /** The broker takes an alert with an error. It is sent again. */
  | "refused-by-broker"
  /** It will never be delivered, and is in DEAD_LETTER: see `reason`. */
  | "dead-letter"
  /** The publisher was closed. What it had journaled is sent by who opens the journal next. */
  | "closed";

/** What went wrong, by a code that does not change. */
export class PublisherError extends Error {
  override readonly name = "PublisherError";
  readonly code: PublisherErrorCode;
  /** Of `dead-letter`: `payload-not-json` and the like. */
  readonly reason: string | undefined;

  constructor(
    code: PublisherErrorCode,
    message: string,
    { reason, ...options }: ErrorOptions & { readonly reason?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.reason = reason;
  }
}
