// Prints which packages are loaded as `sockjs`: by a dependency, and by the project itself.
const http = require("node:http");
const { sockjs, nameOfPackage, Session } = require("uses-sockjs");

let beside = null;
try {
  beside = require("sockjs/package.json").name;
} catch {
  // The project does not name it, and the manager keeps others' packages apart.
}
const server = http.createServer();
sockjs.createServer({ prefix: "/echo" }).installHandlers(server);
server.listen(0, "127.0.0.1", async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/echo`);
  console.log(JSON.stringify({
    below: nameOfPackage,
    beside,
    response: (await response.text()).trim(),
    hook: typeof Session.prototype.decorateConnection,
  }));
  process.exit();
});
