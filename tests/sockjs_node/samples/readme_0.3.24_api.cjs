// What the samples of "SockJS-node API" leave to the reader.
var http = require('http');
var sockjs = require('sockjs-web/sockjs-node');
var options = {prefix: '/echo'};

var sockjs_server = sockjs.createServer(options);

var http_server = http.createServer();
sockjs_server.installHandlers(http_server, options);
http_server.listen(9999);

sockjs_server.on('connection', function(conn) {
    console.log('connection' + conn);
    conn.on('close', function() {
        console.log('close ' + conn);
    });
    conn.on('data', function(message) {
        console.log('message ' + conn,
                    message);
    });
});
