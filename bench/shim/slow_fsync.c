/*
 * A disk that is 5 ms slower to say "it is written" than the one here (cloud volumes take 0.5 to 10 ms):
 *   cc -O2 -shared -fPIC -o slow_fsync.so slow_fsync.c -ldl && LD_PRELOAD=./slow_fsync.so PROGRAM
 * SLOW_FSYNC_US sets another time in microseconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static void wait_a_while(void) {
  const char *text = getenv("SLOW_FSYNC_US");
  long us = text ? atol(text) : 5000;
  struct timespec left = {us / 1000000, (us % 1000000) * 1000};
  while (nanosleep(&left, &left) == -1 && errno == EINTR) {
  }
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_a_while();
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_a_while();
  return real(fd);
}
