/* exporters: N synthetic Prometheus exporters on loopback, for benchmarks and load tests.
 *
 *   clang -O2 -o exporters exporters.c
 *   ./exporters --targets 100 --series 1000 [--port 9100] [--churn PERCENT] [--list]
 *
 * Target n listens on 127.10.(n/250).(1+n%250):PORT and answers GET on any path with --series
 * sample lines in the text format. Values advance one step per scrape, in the mix seen on real
 * exporters: of 100 series 40 constant, 25 integer counters, 10 decimal counters, 10 integer gauges,
 * 5 full-precision gauges, 10 histogram lines. Deterministic for a given --seed and scrape count.
 * --churn P gives P percent of each target's series a new label value every minute, evenly spread, as new
 * pods and versions do: the old series ends, a new one goes on in its place.
 * GET /count, on any target, answers how many expositions were sent by all of them together.
 * --list prints the target addresses, one a line, and exits.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum kind { CONSTANT, COUNTER, DECIMAL, GAUGE, RATIO, BUCKET };
struct series { char *prefix; int prefix_len; enum kind kind; int64_t value; int rate; char *head; int head_len; };
struct target { uint64_t rng; int count; long renewed; struct series *series; };
struct conn { int fd, target; int in_len; char in[8192]; char *out; int out_len, out_at; };

static int targets = 10, per_target = 1000, port = 9100;
static uint64_t seed = 42;
static double churn = 0, started;
static long expositions;
static struct target *all;

static uint64_t next(uint64_t *s) { uint64_t x = *s; x ^= x << 13; x ^= x >> 7; x ^= x << 17; return *s = x; }

static void address(int n, char *text) { sprintf(text, "127.10.%d.%d", n / 250, 1 + n % 250); }

static enum kind kind_of(int i) {
  int k = i % 100;
  return k < 40 ? CONSTANT : k < 65 ? COUNTER : k < 75 ? DECIMAL : k < 85 ? GAUGE : k < 90 ? RATIO : BUCKET;
}

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void family_of(int i, char *family) {
  static const char *unit[] = {"info", "requests_total", "cpu_seconds_total", "memory_bytes", "saturation_ratio", "request_duration_seconds"};
  sprintf(family, "app_subsystem%d_%s", i / 10, unit[kind_of(i / 10 % 10 * 10 + i % 10)]);
}

/* The text of series i up to its value. Each generation has a label value of its own. */
static void name(struct series *s, int i, long generation) {
  static const char *method[] = {"GET", "POST", "PUT", "DELETE"}, *code[] = {"200", "204", "404", "500"};
  static const char *le[] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.5", "1", "5", "10", "+Inf"};
  char buf[400], family[100], version[24] = "";
  int block = i / 10, line = i % 10;
  family_of(i, family);
  if (generation) sprintf(version, "-v%ld", generation);
  if (s->kind == BUCKET)
    sprintf(buf, "%s_bucket{handler=\"/api/v1/resource%d%s\",le=\"%s\"} ", family, block % 7, version, le[line]);
  else
    sprintf(buf, "%s{handler=\"/api/v1/resource%d\",method=\"%s\",code=\"%s\",shard=\"%d%s\"} ", family, block % 7, method[line % 4], code[(line / 4) % 4], line, version);
  free(s->prefix);
  s->prefix = strdup(buf); s->prefix_len = strlen(buf);
}

/* Renames as many series as are due by now; 7919 is prime, so the walk comes by every series once a round. */
static void renew(struct target *t) {
  long due = (now() - started) / 60 * churn / 100 * t->count;
  for (; t->renewed < due; t->renewed++) {
    int i = t->renewed % t->count * 7919 % t->count;
    name(&t->series[i], i, 1 + t->renewed / t->count);
  }
}

static void build(int n) {
  struct target *t = &all[n];
  t->rng = seed * 1000003u + n * 7919u + 1;
  t->count = per_target;
  t->series = calloc(per_target, sizeof *t->series);
  for (int i = 0; i < per_target; i++) {
    struct series *s = &t->series[i];
    /* families of ten lines each, as an exporter groups them */
    int block = i / 10, line = i % 10, k = (block % 10) * 10;
    s->kind = kind_of(k + line);
    char family[100], head[300] = "";
    const char *type = s->kind == COUNTER || s->kind == DECIMAL ? "counter" : s->kind == BUCKET ? "histogram" : "gauge";
    family_of(i, family);
    if (line == 0 || s->kind != kind_of(k + line - 1))
      sprintf(head, "# HELP %s Synthetic %s number %d of the load generator.\n# TYPE %s %s\n", family, type, block, family, type);
    name(s, i, 0);
    s->head = strdup(head); s->head_len = strlen(head);
    s->rate = 1 + next(&t->rng) % 50;
    s->value = s->kind == CONSTANT ? (int64_t)(next(&t->rng) % 3) : (int64_t)(next(&t->rng) % 1000000);
    if (s->kind == BUCKET && line) s->value = t->series[i - 1].value + next(&t->rng) % 100;
  }
}

static char *put_int(char *p, int64_t v) {
  char tmp[24]; int n = 0;
  if (v < 0) { *p++ = '-'; v = -v; }
  do tmp[n++] = '0' + v % 10; while (v /= 10);
  while (n) *p++ = tmp[--n];
  return p;
}

/* Puts the head before a body that begins 160 bytes into c->out. */
static void finish(struct conn *c, int length) {
  char head[160];
  int h = sprintf(head, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %d\r\n\r\n", length);
  c->out_at = 160 - h;
  memcpy(c->out + c->out_at, head, h);
  c->out_len = 160 + length;
}

static void render(struct target *t, struct conn *c) {
  if (churn > 0) renew(t);
  int size = 256;
  for (int i = 0; i < t->count; i++) size += t->series[i].prefix_len + t->series[i].head_len + 28;
  c->out = malloc(size);
  char *body = c->out + 160, *p = body;
  int64_t carry = 0;
  for (int i = 0; i < t->count; i++) {
    struct series *s = &t->series[i];
    uint64_t r = next(&t->rng);
    switch (s->kind) {
      case COUNTER: s->value += r % (s->rate * 2); break;
      case DECIMAL: s->value += r % (s->rate * 2); break;
      case GAUGE: s->value += (int64_t)(r % 65) - 32; if (s->value < 0) s->value = 0; break;
      case BUCKET: carry = i % 10 ? carry + r % 3 : r % 3; s->value += carry; break;
      default: break;
    }
    memcpy(p, s->head, s->head_len); p += s->head_len;
    memcpy(p, s->prefix, s->prefix_len); p += s->prefix_len;
    if (s->kind == DECIMAL) { p = put_int(p, s->value / 100); *p++ = '.'; *p++ = '0' + s->value / 10 % 10; *p++ = '0' + s->value % 10; }
    else if (s->kind == RATIO) p += sprintf(p, "%.17g", (double)(r >> 11) / 9007199254740992.0);
    else if (s->kind == GAUGE) p = put_int(p, s->value * 4096);
    else p = put_int(p, s->value);
    *p++ = '\n';
  }
  finish(c, p - body);
  expositions++;
}

static void render_count(struct conn *c) {
  c->out = malloc(256);
  finish(c, sprintf(c->out + 160, "%ld\n", expositions));
}

static void drop(struct conn *c) { close(c->fd); free(c->out); free(c); }

static int flush_out(int ep, struct conn *c) {
  while (c->out_at < c->out_len) {
    ssize_t w = write(c->fd, c->out + c->out_at, c->out_len - c->out_at);
    if (w < 0 && errno == EAGAIN) {
      struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
      epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
      return 0;
    }
    if (w <= 0) return -1;
    c->out_at += w;
  }
  free(c->out); c->out = NULL; c->out_len = c->out_at = 0;
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
  return 0;
}

int main(int argc, char **argv) {
  int list = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--list")) list = 1;
    else if (i + 1 < argc && !strcmp(argv[i], "--targets")) targets = atoi(argv[++i]);
    else if (i + 1 < argc && !strcmp(argv[i], "--series")) per_target = atoi(argv[++i]);
    else if (i + 1 < argc && !strcmp(argv[i], "--port")) port = atoi(argv[++i]);
    else if (i + 1 < argc && !strcmp(argv[i], "--seed")) seed = strtoull(argv[++i], NULL, 10);
    else if (i + 1 < argc && !strcmp(argv[i], "--churn")) churn = atof(argv[++i]);
    else { fprintf(stderr, "usage: exporters [--targets N] [--series N] [--port N] [--seed N] [--churn PERCENT] [--list]\n"); return 2; }
  }
  if (targets < 1 || targets > 60000 || per_target < 1) { fprintf(stderr, "exporters: --targets 1..60000, --series 1..\n"); return 2; }
  char text[32];
  if (list) { for (int n = 0; n < targets; n++) { address(n, text); printf("%s:%d\n", text, port); } return 0; }
  started = now();
  all = calloc(targets, sizeof *all);
  int ep = epoll_create1(0);
  struct conn *listeners = calloc(targets, sizeof *listeners);
  for (int n = 0; n < targets; n++) {
    build(n);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    address(n, text); inet_pton(AF_INET, text, &a.sin_addr);
    if (bind(fd, (void *)&a, sizeof a) || listen(fd, 128)) { perror(text); return 1; }
    listeners[n].fd = fd; listeners[n].target = -1 - n;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &listeners[n]};
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
  }
  fprintf(stderr, "exporters: %d targets x %d series on port %d\n", targets, per_target, port);
  struct epoll_event events[256];
  for (;;) {
    int n = epoll_wait(ep, events, 256, -1);
    for (int i = 0; i < n; i++) {
      struct conn *c = events[i].data.ptr;
      if (c->target < 0) {
        int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK), one = 1;
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct conn *k = calloc(1, sizeof *k);
        k->fd = fd; k->target = -1 - c->target;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = k};
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
        continue;
      }
      if (c->out) { if (flush_out(ep, c)) drop(c); continue; }
      ssize_t r = read(c->fd, c->in + c->in_len, sizeof c->in - 1 - c->in_len);
      if (r <= 0) { if (r == 0 || errno != EAGAIN) drop(c); continue; }
      c->in_len += r; c->in[c->in_len] = 0;
      if (!strstr(c->in, "\r\n\r\n")) { if (c->in_len > 8000) drop(c); continue; }
      c->in_len = 0;
      if (!strncmp(c->in, "GET /count ", 11)) render_count(c); else render(&all[c->target], c);
      if (flush_out(ep, c)) drop(c);
    }
  }
}
