/**
 * The frames of a session over three transports, and what carries messages the other way. Small, so
 * that a test can have hundreds of them.
 *
 * @module
 */

/** The transports that there are here. */
export const transports = ["websocket", "xhr_streaming", "xhr"] as const;
export type Transport = typeof transports[number];

/** One session's connection to the server. */
export interface Line {
  /** The frames, up to the end of the session or of its last connection. */
  readonly frames: AsyncIterable<string>;
  /** Sends a message. Fails unless the server takes it. */
  send(message: string): Promise<void>;
}

/** Begins a session. */
export function begin(transport: Transport, url: string): Line {
  return transport === "websocket" ? overWebSocket(url) : overHttp(transport, url);
}

function overWebSocket(url: string): Line {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  const frames = new ReadableStream<string>({
    start(controller) {
      socket.onmessage = ({ data }) => controller.enqueue(data);
      socket.onclose = () => controller.close();
    },
    cancel() {
      socket.onmessage = socket.onclose = null;
      socket.close();
    },
  });
  return {
    frames,
    send(message) {
      socket.send(JSON.stringify([message]));
      return Promise.resolve();
    },
  };
}

function overHttp(transport: Transport, url: string): Line {
  return {
    frames: receive(transport, url),
    async send(message) {
      const body = JSON.stringify([message]);
      const response = await fetch(`${url}/xhr_send`, { method: "POST", body });
      await response.body?.cancel();
      if (response.status !== 204) throw new Error(`xhr_send: ${response.status}`);
    },
  };
}

/** Receives by one request after another. */
async function* receive(transport: Transport, url: string): AsyncGenerator<string> {
  while (true) {
    const response = await fetch(`${url}/${transport}`, { method: "POST" });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${transport}: ${response.status}`);
    }
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (text + piece).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        yield line;
        if (line.startsWith("c")) return;
      }
    }
  }
}
