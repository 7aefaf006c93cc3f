import { assertEquals } from "@std/assert";
import { Folder } from "../../../../src/cluster/local_bus/folder.ts";
import { Members } from "../../../../src/cluster/local_bus/members.ts";
import { until } from "../../../support/until.ts";

Deno.test("a member that does not answer has ended after a while, in which this process did not stand still", async () => {
  const parent = await Deno.makeTempDir();
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  const folder = new Folder(`${parent}/bus`);
  const id = "a".repeat(16);
  // It takes calls, and says nothing.
  using _listener = Deno.listen({ transport: "unix", path: folder.socket(id) });
  const settings = { maxFrame: 1024, maxQueued: 1024, peerTimeout: 100 };
  const members = new Members(folder, folder.secret(), settings, {
    linked() {},
    frame() {},
    gone() {},
    looked() {},
    warn() {},
  });
  try {
    await members.join();
    assertEquals(members.hasEnded(id), false);
    ahead += 60_000;
    assertEquals(members.hasEnded(id), false);
    let steps = 0;
    await until(() => {
      ahead += 200;
      steps++;
      return members.hasEnded(id);
    });
    assertEquals(steps > 10, true, `${steps}`);
  } finally {
    performance.now = now;
    await members.close();
    await Deno.remove(parent, { recursive: true });
  }
});
