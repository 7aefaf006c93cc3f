/**
 * Programs that import the package. They are both JavaScript and TypeScript; `it` is the imported
 * module.
 *
 * @module
 */

/** What there is to do with one module. */
export interface Use {
  /** Needs no types but a browser's. */
  readonly anywhere: string;
  /** Needs those of Node, and of other packages. */
  readonly onNode: string;
}

const greets = `
  if (text !== "Welcome to SockJS!\\n") throw new Error(text);
`;

/** Starts what `install` adds to an HTTP server, and asks for the greeting. */
function serving(install: string): string {
  return `
    (async () => {
      const { createServer } = await import("node:http");
      const httpServer = createServer();
      ${install}
      httpServer.listen(0, async () => {
        const address = httpServer.address();
        if (address === null || typeof address === "string") throw new Error("No port");
        const response = await fetch("http://localhost:" + address.port + "/echo");
        const text = await response.text();
        ${greets}
        httpServer.closeAllConnections();
        httpServer.close();
      });
    })();
  `;
}

const uses: Readonly<Record<string, Partial<Use>>> = {
  ".": {
    anywhere: `
      const server = it.createServer({ prefix: "/echo" });
      server.on("connection", (connection) => {
        connection.on("data", (message) => connection.write(message));
      });
      const answer = Promise.resolve(server.handler(new Request("http://localhost/echo")));
      answer.then((response) => response.text()).then((text) => { ${greets} });
    `,
  },
  "./node": {
    onNode: serving(`
      const { createServer: createSockJS } = await import("sockjs-web");
      it.installHandlers(createSockJS({ prefix: "/echo" }), httpServer);
    `),
  },
  "./served-client": {
    anywhere: `
      const { source, version, integrity } = it.client;
      if (!source.includes("bootstrap_iframe")) throw new Error("No client: " + source);
      if (!/^1[.]/.test(version)) throw new Error(version);
      if (!/^sha384-.{64}$/.test(integrity)) throw new Error(integrity);
    `,
    onNode: `
      (async () => {
        const { createServer } = await import("sockjs-web");
        const server = createServer({
          prefix: "/echo",
          serveClient: it.client,
          sockjsIntegrity: true,
        });
        const response = await server.handler(new Request("http://localhost/echo/sockjs.min.js"));
        if (await response.text() !== it.client.source) throw new Error("Another client");
      })();
    `,
  },
  "./hono": {
    onNode: `
      (async () => {
        const { Hono } = await import("hono");
        const { createServer } = await import("sockjs-web");
        const app = new Hono();
        app.use(it.sockjs(createServer({ prefix: "/echo" })));
        const response = await app.request("/echo");
        const text = await response.text();
        ${greets}
      })();
    `,
  },
  "./cluster": {
    anywhere: `
      (async () => {
        const name = "package-" + Math.random().toString(36).slice(2);
        const [one, other] = [it.localBus({ name }), it.localBus({ name })];
        const received = new Promise((resolve) => other.subscribe("channel", resolve).then(() =>
          one.publish("channel", "Hello")
        ));
        const payload = await received;
        if (payload !== "Hello") throw new Error("Received: " + payload);
        if (it.workerNumber !== 0) throw new Error("Worker " + it.workerNumber);
        await Promise.all([one.close(), other.close()]);
      })();
    `,
  },
  "./redis": {
    anywhere: `
      const nothing = () => Promise.resolve();
      const client = {
        isOpen: true,
        isReady: false,
        connect: nothing,
        sendCommand: nothing,
        subscribe: nothing,
        unsubscribe: nothing,
        on: () => {},
        off: () => {},
      };
      let message = "";
      try {
        it.redisBus({ client, subscriber: client });
      } catch (error) {
        message = String(error);
      }
      if (!message.includes("must be another client")) throw new Error("Thrown: " + message);
    `,
  },
  "./nats": {
    anywhere: `
      const sent = new Set();
      const bus = it.natsBus({
        connection: {
          publish: (subject) => sent.add(subject),
          subscribe: () => ({ unsubscribe() {} }),
          flush: () => Promise.resolve(),
          async *status() {},
          isClosed: () => false,
        },
      });
      bus.publish("channel", "Hello").then(() => {
        if (!sent.has("sockjs.channel")) throw new Error("Not sent");
      });
    `,
  },
  "./bus-suite": {
    anywhere: `
      const tests = it.busSuite({ open: () => { throw new Error("Opened before a test runs"); } });
      if (tests.some(({ name, run }) => name === "" || typeof run !== "function")) {
        throw new Error("Not tests");
      }
    `,
  },
  "./sockjs-node": {
    onNode: serving(`
      const echo = it.createServer();
      echo.on("connection", (connection) => {
        connection.on("data", (message) => connection.write(message));
      });
      echo.installHandlers(httpServer, { prefix: "/echo" });
    `),
  },
};

/**
 * What programs do with the module of a subpath; every one has something to show.
 *
 * @throws {Error} If there is nothing for that subpath yet.
 */
export function useOf(subpath: string): Use {
  const use = uses[subpath];
  if (use === undefined) throw new Error(`No program here uses ${subpath}`);
  const { anywhere = "", onNode = "" } = use;
  const shown = `if (Object.keys(it).length === 0) throw new Error("Nothing is exported");`;
  return { anywhere: shown + anywhere, onNode };
}
