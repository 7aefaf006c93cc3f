/**
 * The keys of methods that the files of this folder call, and that applications do not see.
 *
 * @module
 */

/** Of a connection: called for each receiving request. */
export const received: unique symbol = Symbol("received");
/** Of a connection: closes it and drops what is kept. */
export const discard: unique symbol = Symbol("discard");
/**
 * Of a connection: takes the errors of its functions. Not a private member, as the application may
 * pass on objects that only inherit from the connection.
 */
export const failureHandler: unique symbol = Symbol("failureHandler");
/** Of a connection: emits `end` and `close`. */
export const emitEnd: unique symbol = Symbol("emitEnd");
/** Of a server: makes the service that is installed on an HTTP server. */
export const serve: unique symbol = Symbol("serve");
/** Of a server: makes a client's connection. */
export const makeConnection: unique symbol = Symbol("makeConnection");
/** Of both: Node's `emit` calls it when a listener rejects. It is `captureRejectionSymbol`. */
export const listenerRejected: unique symbol = Symbol.for("nodejs.rejection") as never;
