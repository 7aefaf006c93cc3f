// What the samples of "SockJS-node API" leave to the reader.
var http = require('http');
var sockjs = require('sockjs-web/sockjs-node');
var options = {prefix: '/echo'};

var sjs = new sockjs.Server(options);

var http_server = http.createServer();
sjs.installHandlers(http_server, options);
http_server.listen(9999);

sjs.on('open', function(conn) {
    console.log('open' + conn);
    conn.on('close', function(e) {
        console.log('close ' + conn, e);
    });
    conn.on('message', function(e) {
        console.log('message ' + conn,
                    e.data);
    });
});
