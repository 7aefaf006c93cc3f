/** Nest with `WsAdapter`, which listens for upgrades when the application is initialised. */

import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { WsAdapter } from "@nestjs/platform-ws";
import { SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import { installHandlers } from "sockjs-web/node";
import { echo, inEitherOrder, tellAddress } from "./program.mjs";

class Pages {
  page() {
    return "The page";
  }
}

class Gateway {
  echo(_socket, message) {
    return { event: "echo", data: `own ${message}` };
  }
}

class App {}

// What a compiler makes of decorators.
decorate(Pages, "page", Get());
Controller()(Pages);
decorate(Gateway, "echo", SubscribeMessage("echo"));
WebSocketGateway({ path: "/own" })(Gateway);
Module({ controllers: [Pages], providers: [Gateway] })(App);

function decorate({ prototype }, method, decorator) {
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));
}

const app = await NestFactory.create(App, { logger: ["error", "warn"] });
app.useWebSocketAdapter(new WsAdapter(app));

await inEitherOrder({
  ours: () => installHandlers(echo, app.getHttpServer()),
  theirs: () => app.init(),
});
await app.listen(0, "127.0.0.1");
tellAddress(app.getHttpServer());
