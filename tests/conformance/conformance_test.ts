/** The protocol, fact by fact, on every runtime; see PROTOCOL.md. */

import { factOfTheEnd } from "./fact.ts";
import "./facts/routing.ts";
import "./facts/methods.ts";
import "./facts/switched_off.ts";
import "./facts/connections.ts";
import "./facts/greeting_and_info.ts";
import "./facts/cors.ts";
import "./facts/preflight.ts";
import "./facts/response_headers.ts";
import "./facts/cookies.ts";
import "./facts/frames.ts";
import "./facts/receivers.ts";
import "./facts/interruptions.ts";
import "./facts/closing.ts";
import "./facts/sends.ts";
import "./facts/websocket_handshakes.ts";
import "./facts/websocket_messages.ts";
import "./facts/websocket_close_codes.ts";
import "./facts/test_services.ts";
import "./facts/iframe_page.ts";
import "./facts/served_client.ts";
import "./facts/transport_headers.ts";
import "./facts/streams.ts";
import "./facts/response_limit.ts";
import "./facts/old_http.ts";
import "./facts/markup_and_events.ts";
import "./facts/callbacks.ts";
import "./facts/jsonp_sends.ts";
import "./facts/stream_receivers.ts";
import "./facts/stream_interruptions.ts";
import "./facts/stream_closing.ts";
import "./facts/heartbeats.ts";
import "./facts/silences.ts";

factOfTheEnd();
