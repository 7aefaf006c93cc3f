/**
 * Parses frames from the responses of the HTTP transports.
 *
 * @module
 */

/** A transport over HTTP. */
export interface HttpTransport {
  /** As the server's option `transports` calls it. */
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Whether its answers go on, after a prelude; else a frame is the whole response. */
  readonly streams: boolean;
  /** Whether its clients cannot cut a request, and send forms. */
  readonly scripts?: boolean;
  /** What stands before a frame, and what behind it. */
  readonly start: string;
  readonly end: string;
  /** The frame, of what stands between these. */
  unquoted(text: string): string;
}

/** All transports over HTTP. */
export const httpTransports: readonly HttpTransport[] = [
  {
    name: "xhr-streaming",
    method: "POST",
    path: "xhr_streaming",
    streams: true,
    start: "",
    end: "\n",
    unquoted: (text) => text,
  },
  {
    name: "eventsource",
    method: "GET",
    path: "eventsource",
    streams: true,
    start: "data: ",
    end: "\r\n\r\n",
    unquoted: decodeURI,
  },
  {
    name: "htmlfile",
    method: "GET",
    path: "htmlfile?c=callback",
    streams: true,
    start: "<script>\np(",
    end: ");\n</script>\r\n",
    unquoted: JSON.parse,
  },
  {
    name: "xhr-polling",
    method: "POST",
    path: "xhr",
    streams: false,
    start: "",
    end: "\n",
    unquoted: (text) => text,
  },
  {
    name: "jsonp-polling",
    method: "GET",
    path: "jsonp?c=callback",
    streams: false,
    scripts: true,
    start: "/**/callback(",
    end: ");\r\n",
    unquoted: JSON.parse,
  },
];

/** Takes the frames out of a response, which comes in any number of pieces. */
export async function* framesIn(
  { start, end, unquoted }: HttpTransport,
  response: AsyncIterable<string>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of response) {
    // A long frame comes in several pieces: only the new ones are searched.
    let searched = Math.max(0, rest.length - end.length);
    rest += text;
    let at = 0;
    for (let stop; (stop = rest.indexOf(end, searched)) >= 0; searched = at) {
      if (!rest.startsWith(start, at)) throw new Error(`Not a frame: ${rest.slice(at, at + 200)}`);
      yield unquoted(rest.slice(at + start.length, stop));
      at = stop + end.length;
    }
    rest = rest.slice(at);
  }
  if (rest !== "") throw new Error(`The answer ended in a frame: ${rest.slice(0, 200)}`);
}
