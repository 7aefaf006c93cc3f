/**
 * What the server answers, before a runtime makes a response of it.
 *
 * @module
 */

import type { Fields } from "./headers.ts";

/** An answer whose body is known as a whole. */
export class Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly body: string | null;

  constructor(status: number, fields: Fields, body: string | null) {
    this.status = status;
    this.fields = fields;
    this.body = body;
  }
}
