// What the samples of "SockJS-node API" leave to the reader.
var http = require('http');
var sockjs = require('sockjs-web/sockjs-node');
var options = {prefix: '/echo'};

const sockjs_server = sockjs.createServer(options);

var http_server = http.createServer();
sockjs_server.attach(http_server);
http_server.listen(9999);

sockjs_server.on('connection', function(conn) {
  console.log('connection' + conn);
  conn.on('close', function() {
    console.log('close ' + conn);
  });
  conn.on('data', function(message) {
    console.log('message ' + conn, message);
  });
});
