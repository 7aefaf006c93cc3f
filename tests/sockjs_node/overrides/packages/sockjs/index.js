// Stands for the package that is to be replaced.
exports.createServer = () => ({
  installHandlers(server) {
    server.on("request", (_request, response) => response.end("The original"));
  },
});
