/* Stands between a process and the system, for proofs only; compiled when a proof runs.
 *
 * JINGUI_SHIM_CLOCK names a file that holds a number of seconds: what the wall clock is ahead (or behind).
 * JINGUI_SHIM_FSYNC names a file: while it exists, fsync, fdatasync and sync_file_range say EIO for files whose
 * path has the text that the file holds. Both files are looked at again and again: a proof turns them while others run.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void)
{
    static __thread long known;
    static __thread struct timespec looked;
    const char *at = getenv("JINGUI_SHIM_CLOCK");
    struct timespec now;
    char text[32];
    int file;
    ssize_t length;

    if (at == NULL)
        return 0;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    if (looked.tv_sec != 0 && (now.tv_sec - looked.tv_sec) * 1000 + (now.tv_nsec - looked.tv_nsec) / 1000000 < 50)
        return known;
    looked = now;
    file = (int)syscall(SYS_openat, AT_FDCWD, at, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return known;
    length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (length > 0) {
        text[length] = 0;
        known = strtol(text, NULL, 10);
    }
    return known;
}

int clock_gettime(clockid_t which, struct timespec *out)
{
    long got = syscall(SYS_clock_gettime, which, out);
    if (got == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int kept = errno;
        out->tv_sec += offset();
        errno = kept;
    }
    return got == 0 ? 0 : -1;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

static int broken(int file)
{
    const char *at = getenv("JINGUI_SHIM_FSYNC");
    char text[128], link[64], path[512];
    int switch_file;
    ssize_t length;

    if (at == NULL)
        return 0;
    switch_file = open(at, O_RDONLY | O_CLOEXEC);
    if (switch_file < 0)
        return 0;
    length = read(switch_file, text, sizeof text - 1);
    close(switch_file);
    if (length <= 0)
        return 0;
    text[length] = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return strstr(path, text) != NULL;
}

int fsync(int file)
{
    if (broken(file)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    if (broken(file)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, file);
}
