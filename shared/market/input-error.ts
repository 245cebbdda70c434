/** What kind of thing was wrong; decides the exit code of the command line. */
export type InputErrorCode = "usage" | "not-found" | "no-data" | "bad-data" | "store" | "conflict";

/**
 * Bad input or a refused request that its sender can mend: the message says what, the value, what is allowed and
 * what to do. Broken invariants are plain `Error`s instead.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code: InputErrorCode;

  constructor(code: InputErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
