import { assertEquals } from "@std/assert";
import {
  announceClose,
  closeRequested,
  compactFragments,
  writableConnection,
} from "../../../../src/runtimes/node/ws_internals.ts";

Deno.test("where node:http is not Node's own, ws writes to the connection itself", () => {
  const websocket = { extensions: "", close() {}, emit: () => true, _socket: { write() {} } };
  assertEquals(writableConnection(websocket), undefined);
});

Deno.test("a websocket says that it closes before it does", () => {
  const calls: unknown[] = [];
  class FakeWebSocket {
    readonly extensions = "";
    close(code?: number, reason?: string): void {
      calls.push(["close", code, reason]);
    }
    emit(event: string, code?: number, reason?: string): boolean {
      return calls.push([event, code, reason]) > 0;
    }
  }
  const websocket = new FakeWebSocket();
  announceClose(websocket);
  websocket.close(1009);
  assertEquals(calls, [[closeRequested, 1009, undefined], ["close", 1009, undefined]]);
});

/** A receiver as that of `ws` is: whole messages take their fragments away. */
class FakeReceiver {
  _fragments: Uint8Array[] = [];
  _fin = false;
  readonly calls: unknown[] = [];

  /** A frame of data has come, in a read of so many bytes. */
  receive(text: string, read: number, isLast = false): void {
    const bytes = new TextEncoder().encode(text);
    const memory = new Uint8Array(read);
    memory.set(bytes);
    this._fin = isLast;
    if (bytes.length > 0) this._fragments.push(memory.subarray(0, bytes.length));
    this.dataMessage("done");
  }

  dataMessage(done: unknown): void {
    this.calls.push(done);
  }

  /** Bytes of memory, and what they say. */
  get held(): [number, string] {
    const bytes = this._fragments.reduce((sum, each) => sum + each.buffer.byteLength, 0);
    const text = this._fragments.map((each) => new TextDecoder().decode(each)).join("");
    return [bytes, text];
  }
}

Deno.test("fragments hold no more than their own bytes, whatever they were read with", () => {
  const receiver = new FakeReceiver();
  compactFragments({ _receiver: receiver });
  for (const text of ["a", "bc", "", "d"]) receiver.receive(text, 65_536);
  assertEquals([receiver.held, receiver.calls.length], [[4, "abcd"], 4]);
});

Deno.test("what is most of its read is not copied, nor is a message that is whole", () => {
  const receiver = new FakeReceiver();
  compactFragments({ _receiver: receiver });
  receiver.receive("abc", 6);
  receiver.receive("d", 65_536, true);
  assertEquals([receiver.held, receiver.calls], [[65_542, "abcd"], ["done", "done"]]);
});

Deno.test("a receiver of another make is left as it is", () => {
  for (const receiver of [undefined, null, {}, { _fragments: [] }]) {
    compactFragments({ _receiver: receiver });
    assertEquals(receiver && "dataMessage" in receiver, receiver && false);
  }
});
