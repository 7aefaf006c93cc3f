/*
 * Load for a SockJS server: sessions over one transport that do one thing, on one
 * thread, with epoll. Prints one line of JSON.
 *
 *     cc -O2 -o loadgen loadgen.c
 *     loadgen TRANSPORT ACTION PORTS [options]
 *
 *   PORTS      1234,1235: the sessions go to these in turn
 *   TRANSPORT  ws      websockets
 *              xhr     polling: a send, then a poll, in turn on one connection
 *              stream  xhr-streaming, with a second connection for sends
 *   ACTION     echo    each session keeps -p messages in flight to /echo (1 unless on
 *                      a websocket); with -r, that many messages a second in all are
 *                      sent at equal intervals instead, whatever the answers do
 *              fan     one session sends to /broadcast, and sends again when all have it;
 *                      with -r, it sends as echo does
 *              connect new sessions to /echo on new connections, as fast as they open,
 *                      -n at a time; each ends as soon as it is open
 *              idle    sessions that do nothing
 *   options    -n sessions (100)   -s bytes of a message (32)   -p messages in flight (1)
 *              -b 1: messages of a websocket that are due at the same time leave in one
 *                 write, instead of one write each
 *              -r messages a second in all, with echo and fan
 *              -l milliseconds, with -r: while a message has waited longer for its answers, those
 *                 that are due are left out, and counted as missed. Servers that cannot keep up
 *                 show by that, and get no bursts later (0: none is left out)
 *              -w seconds of warm-up (0.3)   -t seconds that count (1)
 *              -k topics: /topics-K instead of /echo, where a message comes back by one of them
 *              -c count: of so many sessions over HTTP, one is opened at its process and then
 *                 sends all requests to the next one, which has to carry them (0: none does)
 *              -m 1: of these requests, only those with messages go there
 *              -P the server's processes: their CPU time and memory are looked at, too, and
 *                 with idle they get SIGUSR2, at which they should collect their garbage
 *              -E the process that they exchange messages through: its CPU time
 *
 * The same bytes go to every server. A session's first request goes to <server> "new",
 * which SockJS ignores: a server without sessions answers "o" to it.
 *
 * Whatever is not as the protocol has it ends the program with status 1: figures of
 * a run with errors are of no use.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull

/* ------------------------------------------------------------------ settings */

typedef enum { WS, XHR, STREAM } transport_kind;
typedef enum { ECHO, FAN, CONNECT, IDLE } action_kind;

/* As many processes as a server may have. */
enum { PROCESSES = 16 };

static struct {
  transport_kind transport;
  action_kind action;
  int ports[PROCESSES];
  int port_count;
  int topics; /* 0: the service does not use them for echo */
  int carried; /* one of so many sessions is; 0: none */
  bool carries_messages_only;
  int sessions;
  int bytes;
  int depth;
  bool in_bursts;
  double rate; /* messages a second; 0: as fast as answers come */
  double limit; /* nanoseconds that a message may wait before others are left out; 0: for ever */
  double warm_up;
  double seconds;
  pid_t servers[PROCESSES];
  int server_count; /* 0: none was named */
  pid_t engine; /* 0: there is none */
} settings = {.sessions = 100, .bytes = 32, .depth = 1, .warm_up = 0.3, .seconds = 1};

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("loadgen: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static int place_of(const char *word, const char *const *words, int count) {
  for (int i = 0; i < count; i++)
    if (!strcmp(word, words[i])) return i;
  fail("unknown word: %s", word);
  return -1;
}

static int read_numbers(const char *text, int *numbers) {
  int count = 0;
  for (;; text++) {
    if (count == PROCESSES) fail("too many processes");
    numbers[count++] = atoi(text);
    if (!(text = strchr(text, ','))) return count;
  }
}

static void read_settings(int count, char **words) {
  static const char *const transports[] = {"ws", "xhr", "stream"};
  static const char *const actions[] = {"echo", "fan", "connect", "idle"};
  if (count < 4 || count % 2) fail("loadgen TRANSPORT ACTION PORTS [options]");
  settings.transport = place_of(words[1], transports, 3);
  settings.action = place_of(words[2], actions, 4);
  settings.port_count = read_numbers(words[3], settings.ports);
  for (int i = 4; i < count; i += 2) {
    const char *value = words[i + 1];
    switch (words[i][0] == '-' ? words[i][1] : 0) {
    case 'n': settings.sessions = atoi(value); break;
    case 's': settings.bytes = atoi(value); break;
    case 'p': settings.depth = atoi(value); break;
    case 'b': settings.in_bursts = atoi(value); break;
    case 'r': settings.rate = atof(value); break;
    case 'l': settings.limit = atof(value) * 1e6; break;
    case 'w': settings.warm_up = atof(value); break;
    case 't': settings.seconds = atof(value); break;
    case 'k': settings.topics = atoi(value); break;
    case 'c': settings.carried = atoi(value); break;
    case 'm': settings.carries_messages_only = atoi(value); break;
    case 'P': settings.server_count = read_numbers(value, settings.servers); break;
    case 'E': settings.engine = atoi(value); break;
    default: fail("unknown option: %s", words[i]);
    }
  }
  if (settings.action == FAN && settings.transport == XHR) fail("no fan with xhr");
  if (settings.action == CONNECT && settings.transport == STREAM) fail("no connect with stream");
  if ((settings.depth > 1 || settings.in_bursts) && settings.transport != WS)
    fail("-p and -b are for ws only");
  if (settings.carried > 0 && (settings.transport == WS || settings.action != ECHO))
    fail("-c is for echo over HTTP only");
  if (settings.carries_messages_only && settings.transport != STREAM) fail("-m is for stream only");
}

/* ------------------------------------------------- time, latencies, the server */

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

/*
 * Latencies, in nanoseconds, counted in buckets that are 1/32 of a power of two wide:
 * within 3 % at any size, however many there are.
 */
enum { FINE_BITS = 5, FINE = 1 << FINE_BITS, BUCKETS = 64 * FINE };
static uint64_t latencies[BUCKETS];

static void note_latency(uint64_t ns) {
  int power = ns < FINE ? 0 : 63 - __builtin_clzll(ns) - FINE_BITS;
  latencies[power * FINE + (ns >> power)]++;
}

/* The middle of the bucket below which that share of all latencies lies, in microseconds. */
static double latency_quantile(double share) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) total += latencies[i];
  if (total == 0) return 0;
  int i = 0;
  while (i < BUCKETS - 1 && (seen += latencies[i]) < share * total) i++;
  /* Two runs of buckets share power 0: there the index is the value. */
  int power = i < 2 * FINE ? 0 : i / FINE - 1;
  return ((double)((uint64_t)(i - power * FINE) << power) + (1ull << power) / 2.0) / 1000;
}

/* CPU seconds that all threads of a process have taken, to the nanosecond. */
static double cpu_of(pid_t process) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &t))
    fail("process %d is not there", process);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double server_cpu(void) {
  double seconds = 0;
  for (int i = 0; i < settings.server_count; i++) seconds += cpu_of(settings.servers[i]);
  return seconds;
}

static double engine_cpu(void) { return settings.engine == 0 ? 0 : cpu_of(settings.engine); }

/* Bytes of memory that the server's processes have resident. */
static double server_memory(void) {
  char path[64];
  long total, resident = 0, pages = 0;
  for (int i = 0; i < settings.server_count; i++) {
    snprintf(path, sizeof path, "/proc/%d/statm", settings.servers[i]);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%ld %ld", &total, &resident) != 2) fail("cannot read %s", path);
    fclose(file);
    pages += resident;
  }
  return (double)pages * sysconf(_SC_PAGESIZE);
}

/* -------------------------------------------------------------------- buffers */

/* Bytes that arrived, or wait to be sent: those from start to end are there. */
typedef struct {
  char *data;
  size_t start, end, capacity;
} buffer;

static size_t length_of(const buffer *b) { return b->end - b->start; }

static void make_room(buffer *b, size_t bytes) {
  if (b->start == b->end) b->start = b->end = 0;
  if (b->capacity - b->end >= bytes) return;
  memmove(b->data, b->data + b->start, length_of(b));
  b->end -= b->start;
  b->start = 0;
  if (b->capacity - b->end >= bytes) return;
  b->capacity = (b->end + bytes) * 2;
  b->data = realloc(b->data, b->capacity);
  if (!b->data) fail("out of memory");
}

static void append(buffer *b, const char *data, size_t bytes) {
  make_room(b, bytes);
  memcpy(b->data + b->end, data, bytes);
  b->end += bytes;
}

/* --------------------------------------------------------- sessions and wires */

typedef enum { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, LAST_CHUNK_END } http_place;

struct session;

/* A TCP connection. */
typedef struct wire {
  int fd;
  int port;
  bool is_sender; /* carries a stream's sends */
  bool wants_to_write;
  struct session *session;
  buffer in, out;
  /* Where it is in an HTTP response, and how many bytes are left of that part. */
  http_place place;
  int status;
  size_t left;
  buffer line; /* the beginning of a frame whose end has not arrived */
} wire;

/* The most messages of a session that wait for their response: a power of two. */
enum { IN_FLIGHT = 256 };

typedef struct session {
  uint32_t number;
  bool is_open, is_upgraded;
  bool is_sending; /* over HTTP: a send has no answer yet */
  wire receiver, sender;
  /* When each message was to be sent: those before `sent` are, those before `echoed` are back. */
  uint64_t *due;
  uint32_t echoed, sent, planned;
} session;

static int poller;
static session *sessions;
static int dialled, opened;
static bool is_counting;
static uint64_t delivered; /* messages, or new sessions, while counting */
static uint64_t missed;    /* messages that were due while counting, and left out */

/* -------------------------------------------------------------------- network */

static void flush(wire *w) {
  while (length_of(&w->out) > 0) {
    ssize_t bytes = send(w->fd, w->out.data + w->out.start, length_of(&w->out), MSG_NOSIGNAL);
    if (bytes < 0 && errno != EAGAIN) fail("cannot send: %s", strerror(errno));
    if (bytes < 0) break;
    w->out.start += bytes;
  }
  bool wants_to_write = length_of(&w->out) > 0;
  if (wants_to_write == w->wants_to_write) return;
  w->wants_to_write = wants_to_write;
  struct epoll_event event = {EPOLLIN | (wants_to_write ? EPOLLOUT : 0), {.ptr = w}};
  epoll_ctl(poller, EPOLL_CTL_MOD, w->fd, &event);
}

/* New connections by the ten thousand need more addresses than one: its ports run out. */
static void take_another_address(int fd) {
  static uint32_t next;
  int yes = 1;
  struct sockaddr_in here = {.sin_family = AF_INET};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + next++ % 200);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (bind(fd, (struct sockaddr *)&here, sizeof here)) fail("cannot bind: %s", strerror(errno));
}

/* Whether all requests but the first, or the first stream, go to another process. */
static bool is_carried(const session *s) {
  return settings.carried > 0 && (s - sessions) / settings.port_count % settings.carried == 0;
}

/* Whether such a session opens by a poll: that ends by itself, and another process takes over. */
static bool opens_by_poll(const session *s) {
  return is_carried(s) && !settings.carries_messages_only;
}

static int port_of(const session *s, bool is_sender) {
  bool is_elsewhere = is_sender ? is_carried(s) : s->is_open && opens_by_poll(s);
  return settings.ports[(s - sessions + is_elsewhere) % settings.port_count];
}

static void dial(wire *w, session *s, bool is_sender) {
  int yes = 1;
  w->port = port_of(s, is_sender);
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(w->port)};
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  w->session = s;
  w->is_sender = is_sender;
  w->wants_to_write = false;
  w->place = HEAD;
  w->in.start = w->in.end = w->out.start = w->out.end = w->line.start = w->line.end = 0;
  w->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (w->fd < 0) fail("cannot open a socket: %s", strerror(errno));
  if (settings.action == CONNECT) take_another_address(w->fd);
  if (connect(w->fd, (struct sockaddr *)&there, sizeof there))
    fail("cannot connect: %s", strerror(errno));
  setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(w->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {EPOLLIN, {.ptr = w}};
  epoll_ctl(poller, EPOLL_CTL_ADD, w->fd, &event);
}

/* -------------------------------------------------------------------- sending */

static const char *service(void) {
  static char topics[32];
  if (settings.topics == 0) return settings.action == FAN ? "/broadcast" : "/echo";
  snprintf(topics, sizeof topics, "/topics-%d", settings.topics);
  return topics;
}

static buffer payload;     /* ["xxx"] */
static buffer frame;       /* the same as a websocket frame */
static buffer close_frame; /* of a websocket, with 1000 */

/* A client's frame, masked as it must be. The key is the same each time: that saves no server work. */
static void make_frame(buffer *b, int opcode, const char *data, size_t bytes) {
  static const char key[4] = {0x37, 0x0a, 0x5c, 0x11};
  unsigned char head[10] = {0x80 | opcode};
  int size_bytes = bytes < 126 ? 0 : bytes < 65536 ? 2 : 8;
  head[1] = 0x80 | (size_bytes == 0 ? bytes : size_bytes == 2 ? 126 : 127);
  for (int i = 0; i < size_bytes; i++) head[2 + i] = bytes >> 8 * (size_bytes - 1 - i);
  append(b, (char *)head, 2 + size_bytes);
  append(b, key, 4);
  make_room(b, bytes);
  for (size_t i = 0; i < bytes; i++) b->data[b->end++] = data[i] ^ key[i % 4];
}

static void make_messages(void) {
  append(&payload, "[\"", 2);
  for (int i = 0; i < settings.bytes; i++) append(&payload, "x", 1);
  append(&payload, "\"]", 2);
  make_frame(&frame, 1, payload.data, payload.end);
  make_frame(&close_frame, 8, "\x03\xe8", 2);
}

/* POSTs as a page's would: browsers put the origin and the length to all of them. */
static void post(wire *w, const char *server, const char *what, const buffer *body) {
  char head[256];
  size_t bytes = body ? length_of(body) : 0;
  int length = snprintf(head, sizeof head,
                        "POST %s/%s/s%x-%x/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Origin: http://example.com\r\nContent-Type: text/plain\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        service(), server, getpid(), w->session->number, what, w->port, bytes);
  append(&w->out, head, length);
  if (body) append(&w->out, body->data, bytes);
  flush(w);
}

static void receive_more(session *s) {
  const char *server = s->is_open ? "000" : "new";
  bool is_stream = settings.transport == STREAM && (s->is_open || !opens_by_poll(s));
  post(&s->receiver, server, is_stream ? "xhr_streaming" : "xhr", NULL);
}

static void upgrade(session *s) {
  char head[512];
  int length = snprintf(head, sizeof head,
                        "GET %s/new/s%x-%x/websocket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Origin: http://example.com\r\n"
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n",
                        service(), getpid(), s->number, s->receiver.port);
  append(&s->receiver.out, head, length);
  flush(&s->receiver);
}

static void open_session(session *s) {
  static uint32_t next;
  s->number = next++;
  s->is_open = s->is_upgraded = s->is_sending = false;
  dial(&s->receiver, s, false);
  bool sends = settings.action == ECHO || (settings.action == FAN && s == sessions);
  if (settings.transport == STREAM && sends) dial(&s->sender, s, true);
  if (settings.transport == WS) upgrade(s);
  else receive_more(s);
}

/* Sends what is planned, as far as the transport takes it now. */
static void send_planned(session *s) {
  if (settings.transport == WS) {
    if (s->sent == s->planned) return;
    for (; s->sent != s->planned; s->sent++)
      append(&s->receiver.out, frame.data, length_of(&frame));
    flush(&s->receiver);
  } else if (!s->is_sending && s->sent != s->planned && s->echoed == s->sent) {
    /* As a page does: the next send waits for the response to the one before. */
    s->is_sending = true;
    s->sent++;
    post(settings.transport == STREAM ? &s->sender : &s->receiver, "000", "xhr_send", &payload);
  }
}

static void plan(session *s, uint64_t due) {
  if (!s->due) s->due = malloc(IN_FLIGHT * sizeof *s->due);
  if (s->planned - s->echoed == IN_FLIGHT) fail("the server falls behind");
  s->due[s->planned++ % IN_FLIGHT] = due;
}

/* ------------------------------------------------------------------ receiving */

static int fan_missing; /* deliveries of the message that is under way */

static void start_fan_round(void) {
  fan_missing = settings.sessions;
  plan(&sessions[0], now());
  send_planned(&sessions[0]);
}

static void on_echoes(session *s, int count) {
  uint64_t at = now();
  for (int i = 0; i < count; i++) {
    if (s->echoed == s->sent) fail("a message came that nobody sent");
    uint64_t due = s->due[s->echoed++ % IN_FLIGHT];
    if (is_counting) note_latency(at - due);
    if (settings.rate == 0) plan(s, at);
  }
  /* A poll sends again at its response's end, a burst when all that came is taken. */
  if (settings.transport != XHR && !settings.in_bursts) send_planned(s);
}

static void on_fan_messages(session *s, int count) {
  uint64_t at = now();
  for (int i = 0; i < count; i++) {
    if (s->echoed == sessions[0].sent) fail("a message came twice");
    uint64_t due = sessions[0].due[s->echoed++ % IN_FLIGHT];
    if (is_counting) note_latency(at - due);
  }
  fan_missing -= count;
  if (settings.rate == 0 && fan_missing == 0) start_fan_round();
}

static void close_session(session *s) {
  close(s->receiver.fd);
  open_session(s);
}

static void on_open(session *s) {
  if (s->is_open) fail("a session opened twice");
  s->is_open = true;
  opened++;
  if (settings.action != CONNECT) return;
  if (is_counting) delivered++;
  if (settings.transport != WS) return;
  append(&s->receiver.out, close_frame.data, close_frame.end);
  flush(&s->receiver);
}

/* Messages have no quotes in them. */
static int count_messages(const char *data, size_t bytes) {
  int quotes = 0;
  const char *end = data + bytes;
  for (; (data = memchr(data, '"', end - data)); data++) quotes++;
  return quotes / 2;
}

/* A SockJS frame. */
static void on_frame(session *s, const char *data, size_t bytes) {
  if (bytes == 0) fail("an empty frame");
  if (data[0] == 'o') on_open(s);
  else if (data[0] == 'a') {
    int count = count_messages(data, bytes);
    if (count == 0) fail("a frame without messages");
    if (is_counting) delivered += count;
    if (settings.action == FAN) on_fan_messages(s, count);
    else on_echoes(s, count);
  } else if (data[0] != 'h') fail("unexpected frame: %.*s", bytes > 80 ? 80 : (int)bytes, data);
}

/* ------------------------------------------------------------------ websocket */

/* What a wire's bytes came to: all done for now, or the wire is another one already. */
typedef enum { WAITS, IS_GONE } outcome;

static bool take_upgrade(wire *w) {
  char *head = w->in.data + w->in.start;
  char *end = memmem(head, length_of(&w->in), "\r\n\r\n", 4);
  if (!end) return false;
  if (strncmp(head, "HTTP/1.1 101", 12)) fail("no websocket: %.60s", head);
  w->in.start += end + 4 - head;
  return w->session->is_upgraded = true;
}

static outcome take_websocket(wire *w) {
  session *s = w->session;
  if (!s->is_upgraded && !take_upgrade(w)) return WAITS;
  for (;;) {
    const unsigned char *head = (unsigned char *)w->in.data + w->in.start;
    size_t there = length_of(&w->in);
    if (there < 2) return WAITS;
    size_t size_bytes = head[1] < 126 ? 0 : head[1] == 126 ? 2 : 8;
    if (there < 2 + size_bytes) return WAITS;
    uint64_t bytes = size_bytes ? 0 : head[1];
    for (size_t i = 0; i < size_bytes; i++) bytes = bytes << 8 | head[2 + i];
    if (there < 2 + size_bytes + bytes) return WAITS;
    const char *data = (const char *)head + 2 + size_bytes;
    w->in.start += 2 + size_bytes + bytes;
    switch (head[0]) {
    case 0x81: on_frame(s, data, bytes); break;
    case 0x88:
      if (settings.action != CONNECT) fail("the server closed a websocket");
      close_session(s);
      return IS_GONE;
    case 0x89:
      make_frame(&w->out, 10, data, bytes);
      flush(w);
      break;
    case 0x8a: break;
    default: fail("unexpected websocket frame: %02x", head[0]);
    }
  }
}

/* ----------------------------------------------------------------------- HTTP */

/* Frames end with a line break, wherever chunks and reads do. */
static void take_lines(wire *w, const char *data, size_t bytes) {
  const char *end = data + bytes, *line_end;
  for (; (line_end = memchr(data, '\n', end - data)); data = line_end + 1) {
    if (length_of(&w->line) == 0) on_frame(w->session, data, line_end - data);
    else {
      append(&w->line, data, line_end - data);
      on_frame(w->session, w->line.data, w->line.end);
      w->line.end = 0;
    }
  }
  append(&w->line, data, end - data);
}

static void take_head(wire *w, char *head, char *end) {
  *end = 0; /* for the searches to end there */
  w->status = atoi(head + 9);
  if (w->status != 200 && w->status != 204) fail("unexpected response: %.60s", head);
  char *length = strcasestr(head, "\r\ncontent-length:");
  w->left = length ? strtoul(length + 17, NULL, 10) : 0;
  if (length || w->status == 204) w->place = BODY;
  else if (strcasestr(head, "\r\ntransfer-encoding: chunked")) w->place = CHUNK_SIZE;
  else fail("a response without a length: %.60s", head);
}

/* Takes one part of a response; false while more of it must arrive. */
static bool take_part(wire *w, bool *is_at_end) {
  size_t there = length_of(&w->in), taken;
  char *data = w->in.data + w->in.start, *end;
  switch (w->place) {
  case HEAD:
    end = memmem(data, there, "\r\n\r\n", 4);
    if (!end) return false;
    take_head(w, data, end);
    w->in.start += end + 4 - data;
    *is_at_end = w->place == BODY && w->left == 0;
    return true;
  case BODY:
  case CHUNK:
    taken = there < w->left ? there : w->left;
    w->left -= taken;
    w->in.start += taken;
    take_lines(w, data, taken);
    if (w->left > 0) return false;
    if (w->place == BODY) *is_at_end = true;
    else w->place = CHUNK_END;
    return true;
  case CHUNK_SIZE:
    end = memmem(data, there, "\r\n", 2);
    if (!end) return false;
    w->left = strtoul(data, NULL, 16);
    w->in.start += end + 2 - data;
    w->place = w->left > 0 ? CHUNK : LAST_CHUNK_END;
    return true;
  default: /* CHUNK_END, LAST_CHUNK_END */
    if (there < 2) return false;
    w->in.start += 2;
    *is_at_end = w->place == LAST_CHUNK_END;
    w->place = CHUNK_SIZE;
    return true;
  }
}

static outcome on_response(wire *w) {
  session *s = w->session;
  if (w->status == 204) s->is_sending = false;
  if (w->is_sender) send_planned(s);
  else if (settings.action == CONNECT) {
    close_session(s);
    return IS_GONE;
  } else {
    bool moves = w->port != port_of(s, false);
    if (moves) {
      close(w->fd);
      dial(w, s, false);
    }
    if (settings.transport == XHR && settings.action == ECHO && s->echoed == s->sent)
      send_planned(s);
    else receive_more(s); /* after a send, a heartbeat, or a stream's response limit */
    if (moves) return IS_GONE;
  }
  return WAITS;
}

static outcome take_http(wire *w) {
  bool is_at_end = false;
  while (take_part(w, &is_at_end)) {
    if (!is_at_end) continue;
    is_at_end = false;
    w->place = HEAD;
    if (on_response(w) == IS_GONE) return IS_GONE;
  }
  return WAITS;
}

/* ----------------------------------------------------------------- event loop */

static void on_readable(wire *w) {
  static char arrived[256 * 1024];
  ssize_t bytes = recv(w->fd, arrived, sizeof arrived, 0);
  if (bytes < 0 && errno == EAGAIN) return;
  if (bytes <= 0) {
    /* Some servers end a websocket without a word. */
    if (settings.action != CONNECT || !w->session->is_open) fail("the server closed a connection");
    close_session(w->session);
    return;
  }
  append(&w->in, arrived, bytes);
  if (settings.transport != WS) take_http(w);
  else if (take_websocket(w) == WAITS) send_planned(w->session);
}

static double next_due;      /* in nanoseconds, with -r */
static uint32_t next_sender; /* the sessions send in turn, or one alone */

/* Whether a message has waited too long for its answers. */
static bool is_behind(uint64_t at) {
  if (settings.limit == 0) return false;
  for (session *s = sessions; s < sessions + settings.sessions; s++) {
    session *sender = settings.action == FAN ? sessions : s;
    if (s->echoed == sender->planned) continue;
    if (at > sender->due[s->echoed % IN_FLIGHT] + settings.limit) return true;
  }
  return false;
}

static void send_due(void) {
  uint64_t at = now();
  for (; next_due <= at; next_due += SECOND / settings.rate) {
    session *s = &sessions[settings.action == FAN ? 0 : next_sender++ % settings.sessions];
    if (is_behind(at)) {
      if (is_counting) missed++;
      continue;
    }
    plan(s, next_due);
    send_planned(s);
  }
}

static bool is_pacing;

/* Waits for what happens, and handles it. */
static void turn(void) {
  struct epoll_event events[512];
  /* While pacing it does not sleep: epoll's milliseconds are longer than the intervals. */
  int count = epoll_wait(poller, events, 512, is_pacing ? 0 : 10);
  for (int i = 0; i < count; i++) {
    wire *w = events[i].data.ptr;
    if (events[i].events & EPOLLOUT) flush(w);
    if (events[i].events & ~EPOLLOUT) on_readable(w);
  }
  if (is_pacing) send_due();
}

static void run_for(double seconds) {
  for (uint64_t end = now() + seconds * SECOND; now() < end;) turn();
}

/* Opens sessions until there are so many; few at a time, for no server's queue is long. */
static void open_sessions(int wanted) {
  uint64_t patience = now() + 60 * SECOND;
  while (opened < wanted) {
    while (dialled < wanted && dialled - opened < 64) open_session(&sessions[dialled++]);
    turn();
    if (now() > patience) fail("%d of %d sessions opened in a minute", opened, wanted);
  }
}

static void start_load(void) {
  if (settings.action != ECHO && settings.action != FAN) return;
  if (settings.rate > 0) {
    next_due = now();
    is_pacing = true;
    return;
  }
  if (settings.action == FAN) {
    start_fan_round();
    return;
  }
  for (session *s = sessions; s < sessions + settings.sessions; s++) {
    for (int i = 0; i < settings.depth; i++) plan(s, now());
    send_planned(s);
  }
}

/* Memory of the server, without its garbage. */
static double settled_memory(void) {
  run_for(1);
  for (int i = 0; i < settings.server_count; i++) kill(settings.servers[i], SIGUSR2);
  run_for(1);
  return server_memory();
}

/* A server with very many topics answers when all of them are known everywhere. */
static void wait_for_all(void) {
  uint64_t patience = now() + 60 * SECOND;
  for (int i = 0; i < settings.sessions; i++)
    for (; sessions[i].echoed == 0; turn())
      if (now() > patience) fail("no answer came in a minute");
}

/* On a very slow machine nothing may have come yet. */
static void wait_for_one(void) {
  for (uint64_t patience = now() + 10 * SECOND; delivered == 0; turn())
    if (now() > patience) fail("nothing came");
}

static double own_cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* CPU seconds that all programs together have taken, to a hundredth. */
static double all_cpu(void) {
  unsigned long user, nice, system, idle, io_wait, irq, soft_irq, steal;
  FILE *file = fopen("/proc/stat", "r");
  if (!file || fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle,
                      &io_wait, &irq, &soft_irq, &steal) != 8)
    fail("cannot read /proc/stat");
  fclose(file);
  return (double)(user + nice + system + irq + soft_irq + steal) / sysconf(_SC_CLK_TCK);
}

int main(int count, char **words) {
  read_settings(count, words);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  make_messages();
  poller = epoll_create1(0);
  sessions = calloc(settings.sessions, sizeof *sessions);

  double memory_before = 0;
  if (settings.action == IDLE) {
    /* What the first sessions need once, such as code, is not counted. */
    open_sessions(settings.sessions / 100);
    memory_before = settled_memory();
  }
  int sessions_before = opened;
  open_sessions(settings.sessions);
  double memory_for_each = 0;
  if (settings.action == IDLE)
    memory_for_each = (settled_memory() - memory_before) / (opened - sessions_before);

  /* What subscribes in one process has to be known in the others. */
  if (settings.port_count > 1) run_for(0.1);
  start_load();
  if (settings.topics > 0) wait_for_all();
  run_for(settings.warm_up);
  is_counting = true;
  uint64_t started = now();
  double cpu = server_cpu(), for_engine = engine_cpu();
  double generator_cpu = own_cpu(), every_cpu = all_cpu();
  run_for(settings.seconds);
  if (settings.action != IDLE) wait_for_one();
  double seconds = (now() - started) / 1e9;
  cpu = server_cpu() - cpu;
  for_engine = engine_cpu() - for_engine;
  generator_cpu = own_cpu() - generator_cpu;
  every_cpu = all_cpu() - every_cpu;
  printf("{\"delivered\":%lu,\"missed\":%lu,\"seconds\":%.4f,\"p50\":%.1f,\"p99\":%.1f,\"cpu\":%.6f,"
         "\"engineCpu\":%.6f,\"generatorCpu\":%.6f,\"otherCpu\":%.2f,\"memory\":%.0f,"
         "\"memoryForEach\":%.1f}\n",
         delivered, missed, seconds, latency_quantile(0.5), latency_quantile(0.99), cpu, for_engine,
         generator_cpu, every_cpu - cpu - for_engine - generator_cpu, server_memory(),
         memory_for_each);
  return 0;
}
